/** Opens an Express app with one guarded route, in a process of its own. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import createExpress from 'express'
import { guards } from '../guards/express.ts'
import type { Setting } from '../in-process/contender.ts'
import { perform } from '../program.ts'
import { timeOfProcess } from '../time.ts'
import type { askTime } from './group.ts'

export interface AppOrder {
  readonly guard: string
  readonly setting: Setting
}

/** Gives the port that it listens on; and then, whenever it is asked, how long the process has run. */
await perform(
  async (order: AppOrder | typeof askTime): Promise<number> =>
    'guard' in order ? open(order) : timeOfProcess(),
)

async function open({ guard, setting }: AppOrder): Promise<number> {
  const create = guards[guard]
  if (create === undefined) throw new Error(`Express is not measured with ${guard}`)
  const app = createExpress()
  // In any other environment, Express prints every error to stderr.
  app.set('env', 'test')
  app.get('/me', await create(setting), (_request, response) => {
    response.json({ greeting: 'Hello to whoever may come in' })
  })
  const server = createServer(app)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}
