import type { ChildProcess } from 'node:child_process'
import { fork } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createTestIssuer } from 'tollgate/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'

// The same seed gives the same keys in each process. Drawn for each run, so that nobody knows it.
const seed = randomUUID()
const issuer = createTestIssuer({ url: 'https://issuer.test', keys: { seed } })

let app: ChildProcess
let orders: string

beforeAll(async () => {
  // The condition is for this repository alone: its examples import `tollgate` from its source.
  const execArgv = ['--import', 'tsx', '--conditions=@tollgate/source']
  const given = JSON.stringify({ url: issuer.url, seed })
  app = fork('examples/recipes/seed-app.ts', [given], { execArgv })
  const [{ port }] = (await once(app, 'message')) as [{ port: number }]
  orders = `http://127.0.0.1:${port}/orders`
})
afterAll(() => app.kill())

test('the app in another process admits what is minted here', async () => {
  const headers = issuer.headers({ scope: 'orders:read' })
  expect((await fetch(orders, { headers })).status).toBe(200)
})

test('it refuses everything else', async () => {
  const call = async (token: string) =>
    (await fetch(orders, { headers: { authorization: `Bearer ${token}` } })).status
  expect((await fetch(orders)).status).toBe(401)
  expect(await call(issuer.mint())).toBe(403)
  expect(await call(issuer.bad.expired())).toBe(401)
  const stranger = createTestIssuer({ url: issuer.url, keys: { seed: 'another' } })
  expect(await call(stranger.mint({ scope: 'orders:read' }))).toBe(401)
})
