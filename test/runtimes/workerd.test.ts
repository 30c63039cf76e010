import { faults, serveTestIssuer } from 'tollgate/testing'
import { describe, expect, onTestFinished, test } from 'vitest'
import { bundleWorker, output } from './build.ts'
import { startWorker } from './workerd.ts'

/**
 * Starts a Worker that has the library and no modules of Node, and an issuer that it reaches by
 * HTTP.
 */
async function stage(name: string) {
  const module = `${output}/bundles/library-${name}.mjs`
  await bundleWorker(module, `${import.meta.dirname}/library-worker.ts`)
  const issuer = await serveTestIssuer({ expiresIn: 86_400 })
  const bindings = { ISSUER: issuer.url, AUDIENCE: String(issuer.audience) }
  const worker = await startWorker(module, { nodejsCompat: false, bindings })
  onTestFinished(async () => {
    await worker.stop()
    await issuer.close()
  })
  return {
    issuer,
    worker,
    ask: async (later = 0, path = '/', init: RequestInit = {}) => {
      const headers = issuer.headers({ sub: 'alice' })
      return (await fetch(`${worker.url}${path}?later=${later}`, { headers, ...init })).status
    },
  }
}

const seconds = (n: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, n * 1000))

describe('workerd: library alone', () => {
  test('the library runs in a Worker without nodejs_compat', async () => {
    const { issuer, worker, ask } = await stage('alone')
    const headers = issuer.headers({ sub: 'alice' })
    const open = await fetch(worker.url, { headers })
    expect([open.status, await open.json()]).toEqual([200, { node: false }])
    expect(await (await fetch(`${worker.url}/hono`, { headers })).text()).toBe('alice')
    for (const path of ['/', '/hono']) {
      expect(await ask(0, path, { headers: {} })).toBe(401)
      const bad = [issuer.bad.expired(), issuer.bad.tampered(), issuer.bad.wrongKey()]
      for (const token of bad) {
        const refused = { headers: { authorization: `Bearer ${token}` } }
        expect(await ask(0, path, refused)).toBe(401)
      }
    }
  })
})

describe('workerd: key fetches', () => {
  test('simultaneous requests to a Worker share one key fetch, and each gets its answer', async () => {
    const { issuer, ask } = await stage('shared')
    issuer.fail('jwks', faults.slow(0.3))
    const statuses = await Promise.all(Array.from({ length: 20 }, () => ask()))
    expect(new Set(statuses)).toEqual(new Set([200]))
    expect(issuer.requests.count('jwks')).toBe(1)
  })

  test('a key fetch that ends with its request in a Worker is repeated by the next request after its time limit', async () => {
    const { issuer, ask } = await stage('lost')
    expect(await ask()).toBe(200)
    issuer.fail('jwks', faults.slow(0.3))
    // The keys are due for a refresh. This request starts one in the background, and ends before it
    // does.
    expect(await ask(590)).toBe(200)
    await seconds(0.5)
    issuer.requests.clear()
    expect(await ask(590)).toBe(200)
    expect(issuer.requests.count('jwks')).toBe(0)
    await seconds(1)
    expect(await ask(590)).toBe(200)
    expect(issuer.requests.count('jwks')).toBe(1)
    // The last request waited for its fetch, so the keys are fresh and are not fetched again.
    await seconds(1.5)
    expect(await ask(590)).toBe(200)
    expect(issuer.requests.count('jwks')).toBe(1)
  })

  test('after max age, no request to a Worker waits for a lost key fetch longer than its time limit, and none gets a 500', async () => {
    const { issuer, ask } = await stage('expired')
    expect(await ask()).toBe(200)
    issuer.fail('jwks', faults.slow(0.3))
    expect(await ask(598)).toBe(200)
    issuer.requests.clear()
    expect(await Promise.all([ask(598), ask(600), ask(600)])).toEqual([200, 200, 200])
    await seconds(1.5)
    expect(await ask(600)).toBe(200)
    expect(issuer.requests.count('jwks')).toBe(1)
  })

  test('a Worker can still fetch keys after a client has hung up during a key fetch', async () => {
    const { issuer, ask } = await stage('hung-up')
    issuer.fail('jwks', faults.hang())
    await expect(ask(0, '/', { signal: AbortSignal.timeout(200) })).rejects.toThrow()
    issuer.reset()
    const last = async (): Promise<number> => ask()
    await expect.poll(last, { timeout: 10_000, interval: 500 }).toBe(200)
  })
})
