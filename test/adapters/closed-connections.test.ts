import type { Auth, AuthError } from 'tollgate'
import { createTestIssuer } from 'tollgate/testing'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Adapter, Route } from './adapter.ts'
import { bearer, takesNodeRequests } from './adapter.ts'
import { adapters, serverlessAdapters } from './all.ts'

// Intervals alone: whatever else waits here, waits for a real connection.
beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] }))
afterEach(() => void vi.useRealTimers())

const issuer = createTestIssuer()
const why = ({ signal }: Auth): string | undefined =>
  signal.aborted ? (signal.reason as AuthError).reason : undefined

/** A route that reads the signal of its Auth, and then goes on as `proceed` says. */
async function open(adapter: Adapter, proceed: Route['check']) {
  const stage = { asked: 0, auths: [] as Auth[] }
  const revocation = (): boolean => {
    stage.asked += 1
    return false
  }
  const check: Route['check'] = (given, request) => {
    const auth = given as Auth
    stage.auths.push(auth)
    expect(auth.signal.aborted).toBe(false)
    return proceed?.(auth, request) ?? false
  }
  const routes = { '/': [{ check }] }
  const served = await adapter.open({ auth: issuer.trust({ revocation }), routes })
  const call = () => served.exchange('/', [bearer(issuer.mint())], 'GET')
  async function questionsIn(seconds: number): Promise<number> {
    const before = stage.asked
    await vi.advanceTimersByTimeAsync(seconds * 1000)
    return stage.asked - before
  }
  return { ...served, call, questionsIn, auths: stage.auths }
}

// That of fetch is given no response, and learns of a client that hangs up by the runtime alone.
describe.each(adapters.filter(takesNodeRequests))(
  'auth.signal and the connection in $name',
  (adapter) => {
    const { name } = adapter

    it(`${name} asks nothing more once the client has hung up, while its response was open`, async () => {
      const { call, close, questionsIn, auths } = await open(adapter, () => new Promise(() => {}))
      void call().catch(() => {})
      await expect.poll(() => auths.length).toBe(1)
      expect(await questionsIn(60)).toBe(12)
      await close()
      // The server may notice it a little later.
      await expect.poll(() => questionsIn(60)).toBe(0)
      expect(auths.map(why)).toEqual([undefined])
    })

    it(`${name} asks nothing more once the answer is sent`, async () => {
      const { call, close, questionsIn, auths } = await open(adapter, () => true)
      expect((await call()).status).toBe(200)
      await expect.poll(() => questionsIn(60)).toBe(0)
      expect(auths).toHaveLength(1)
      await close()
    })
  },
)

describe.each([...serverlessAdapters, ...adapters.filter((one) => !takesNodeRequests(one))])(
  'auth.signal where $name tells nothing of its connection',
  (adapter) => {
    it(`${adapter.name} answers all the same`, async () => {
      const { call, close, auths } = await open(adapter, () => true)
      expect([(await call()).status, auths.map(why)]).toEqual([200, [undefined]])
      await close()
    })
  },
)
