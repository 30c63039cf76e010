import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { createTestIssuer, describeHostileTokens, faults, parseChallenges } from 'tollgate/testing'
import { CatchAll, createApp, platforms } from './app.js'

for (const platform of platforms) {
  const issuer = createTestIssuer()
  const filter = new CatchAll()
  const app = await createApp(platform, issuer.trust(), filter)
  const url = await app.getUrl()
  after(() => app.close())

  const call = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
    fetch(url + path, { method, headers })

  describe(`Nest on ${platform}`, () => {
    test(`orders are for whoever may read them, on ${platform}`, async () => {
      const good = await call('/orders', issuer.headers({ sub: 'alice', scope: 'orders:read' }))
      assert.deepEqual(await good.json(), { ordersOf: 'alice' })
      for (const [headers, status] of [
        [{}, 401],
        [issuer.headers(), 403],
      ] as const) {
        const answer = await call('/orders', headers)
        assert.equal(answer.status, status)
        const [challenge] = parseChallenges(answer.headers.get('www-authenticate') ?? '')
        assert.equal(challenge?.params['scope'], 'orders:read')
        assert.equal((await answer.json()).status, status)
      }
    })

    test(`users are removed by admins alone, on ${platform}`, async () => {
      const remove = (roles: string[]) => call('/users/7', issuer.headers({ roles }), 'DELETE')
      assert.equal((await remove(['editor'])).status, 403)
      assert.deepEqual(await (await remove(['admin'])).json(), { removed: '7' })
    })

    describeHostileTokens({ describe, test }, () => url, {
      issuer,
      path: '/orders',
      scope: 'orders:read',
    })

    test(`a filter that catches everything has caught no answer of a guard, on ${platform}`, () => {
      assert.equal(filter.caught, 0)
    })

    test(`without keys the answer is 503, on ${platform}`, async () => {
      const down = createTestIssuer()
      down.fail('*', faults.refuse())
      const own = await createApp(platform, down.trust(), filter)
      try {
        const answer = await fetch(`${await own.getUrl()}/me`, { headers: down.headers() })
        assert.equal(answer.status, 503)
        assert.equal(answer.headers.get('retry-after'), '1')
      } finally {
        await own.close()
      }
    })
  })
}
