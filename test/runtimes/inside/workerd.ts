/** For workerd: a Worker that runs the tests within one request, and answers with the results. */
import { files } from 'test-files'
import { run } from './run.ts'

export default {
  async fetch(): Promise<Response> {
    return Response.json(await run(files))
  },
}
