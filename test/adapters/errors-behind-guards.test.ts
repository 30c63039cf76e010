import type { Auth, VerifierOptions } from 'tollgate'
import { createVerifier } from 'tollgate'
import { createTestIssuer, faults } from 'tollgate/testing'
import { describe, expect, it } from 'vitest'
import type { Adapter, Route } from './adapter.ts'
import { bearer, through } from './adapter.ts'
import { adapters } from './all.ts'

const realm = 'the orders'
const scopes = 'orders:read orders:write'
const invalidToken =
  'error="invalid_token", error_description="The access token is not valid for this resource."'

/** The answer to a request in whose course `fail` has thrown or rejected, left to the framework. */
async function answerTo(
  adapter: Adapter,
  fail: (auth: Auth, stage: ReturnType<typeof createStage>) => Promise<unknown>,
  route: Route = {},
) {
  const stage = createStage()
  // What `check` throws goes to the framework, as what a handler throws does.
  const check: Route['check'] = async (auth) => fail(auth as Auth, stage).then(() => true)
  const setup = {
    auth: { verifier: stage.verifier, realm },
    routes: { '/': [{ ...route, check }] },
  }
  return through(adapter, setup, async ({ call }) => {
    const { status, headers } = await call('/', [bearer(stage.issuer.mint({ scope: scopes }))])
    const { 'content-type': _type, 'content-length': _length, ...kept } = headers
    return { status, ...kept }
  })
}

function createStage() {
  const issuer = createTestIssuer()
  const client = { id: 'orders-api', secret: 'the-secret-of-the-orders-api' }
  const options = { ...issuer.trust(), issuer: { issuer: issuer.url, client } } as VerifierOptions
  return { issuer, verifier: createVerifier(options) }
}

// The filters of Nest do not look at the headers of an error: examples/recipes/nest-refusals.ts does.
describe.each(adapters.filter(({ name }) => !name.startsWith('Nest')))(
  'an error of userinfo() or exchange() that is left to $name',
  (adapter) => {
    const { name } = adapter

    it(`${name} answers 401 with the challenge of the route's guard where the issuer no longer takes the token`, async () => {
      const byUserinfo = await answerTo(
        adapter,
        async (auth, { issuer, verifier }) => {
          issuer.revoke(auth.token)
          await verifier.userinfo(auth)
        },
        { scope: scopes },
      )
      const challenge = `Bearer realm="${realm}", scope="${scopes}", ${invalidToken}`
      const expected = {
        status: 401,
        'www-authenticate': challenge,
        'cache-control': 'no-store',
      }
      expect(byUserinfo).toEqual(expected)
      const byExchange = await answerTo(adapter, async (auth, { issuer, verifier }) => {
        issuer.fail('token', faults.status(400, { body: '{"error":"invalid_grant"}' }))
        await verifier.exchange(auth)
      })
      expect(byExchange).toEqual({
        ...expected,
        'www-authenticate': `Bearer realm="${realm}", ${invalidToken}`,
      })
    })

    it(`${name} answers 403 with a challenge that names the scope openid, beside those of the route`, async () => {
      const answers = [
        await answerTo(adapter, refusedByUserinfo),
        await answerTo(adapter, refusedByUserinfo, { scope: 'orders:read' }),
        await answerTo(adapter, refusedByUserinfo, { anyScope: ['orders:write', 'openid'] }),
      ]
      const rest =
        'error="insufficient_scope", error_description="The access token does not have the required scope."'
      expect(answers).toEqual(
        ['openid', 'orders:read openid', 'orders:write openid'].map((scope) => ({
          status: 403,
          'www-authenticate': `Bearer realm="${realm}", scope="${scope}", ${rest}`,
          'cache-control': 'no-store',
        })),
      )
    })

    it(`${name} answers 503 with Retry-After and no challenge where the issuer is down`, async () => {
      const down = faults.status(503, { headers: { 'retry-after': '7' } })
      const answers = [
        await answerTo(adapter, async (auth, { issuer, verifier }) => {
          issuer.fail('userinfo', down)
          await verifier.userinfo(auth)
        }),
        await answerTo(adapter, async (auth, { issuer, verifier }) => {
          issuer.fail('token', down)
          await verifier.exchange(auth)
        }),
      ]
      const expected = { status: 503, 'retry-after': '7', 'cache-control': 'no-store' }
      expect(answers).toEqual([expected, expected])
    })
  },
)

/** The token lacks the scope openid. */
async function refusedByUserinfo(auth: Auth, { verifier }: ReturnType<typeof createStage>) {
  await verifier.userinfo(auth)
}

describe('an error of userinfo() or exchange()', () => {
  it('has no challenge where no guard has admitted the Auth', async () => {
    const { issuer, verifier } = createStage()
    const auth = await verifier.verify(issuer.mint())
    issuer.revoke(auth.token)
    const error = await verifier.userinfo(auth).catch((error) => error)
    expect([error.status, error.headers]).toEqual([401, {}])
  })
})
