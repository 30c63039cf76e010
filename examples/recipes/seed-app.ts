import { createTestIssuer } from 'tollgate/testing'
import { createApp } from '../express.ts'

// Starts the app for tests that run in other processes. It is no part of what is deployed: whoever
// knows the seed can sign any token.
const { seed, url } = JSON.parse(process.argv[2] ?? '{}')
const app = createApp(createTestIssuer({ url, keys: { seed } }).trust())
const server = app.listen(0, '127.0.0.1', () => {
  process.send?.(server.address())
})
