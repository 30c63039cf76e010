import type { Auth, Verifier } from 'tollgate'
import { createVerifier, InvalidTokenError } from 'tollgate'
import { createTestIssuer } from 'tollgate/testing'
import { describe, expect, it } from 'vitest'
import type { AdapterSetup, Route } from './adapter.ts'
import { bearer, through } from './adapter.ts'
import { adapters, serverlessAdapters } from './all.ts'
import { keptOpen } from './kept-open.ts'

const issuer = createTestIssuer()
const good = issuer.mint({ sub: 'alice', scope: 'a' })
const routes = {
  '/me': [{}],
  '/orders': [{ scope: 'a' }],
  '/optional': [{ optional: true }],
  '/checked': [{ check: () => true }],
} satisfies Record<string, Route[]>

/** The least that a verifier may resolve with. */
const auth = {
  issuer: 'https://own.test',
  subject: 'bob',
  scopes: ['a'],
  expiresAt: Math.floor(Date.now() / 1000) + 3600,
}

/** What an application's own `verify` may resolve with by mistake. None of it is an Auth. */
const noAuths: Readonly<Record<string, unknown>> = {
  undefined: undefined,
  null: null,
  true: true,
  'the text of the token': good,
  'a number': 1,
  'an empty object': {},
  'an empty array': [],
  'a function': () => auth,
  'a Response': new Response(null, { status: 401 }),
  'an Error': new Error('revoked'),
  'an Auth whose members are all inherited': Object.create(auth),
  'an Auth in a list': [auth],
  'an Auth in an object': { auth },
  ...Object.fromEntries(
    Object.keys(auth).flatMap((name) => [
      [`an Auth without ${name}`, { ...auth, [name]: undefined }],
      [`an Auth whose ${name} is inherited`, inherited(name)],
    ]),
  ),
  'an Auth whose issuer is no text': { ...auth, issuer: new URL(auth.issuer) },
  'an Auth whose subject is a number': { ...auth, subject: 7 },
  'an Auth whose scopes are one text': { ...auth, scopes: 'a' },
  'an Auth whose scopes are a Set': { ...auth, scopes: new Set(['a']) },
  'an Auth that expires at no number': { ...auth, expiresAt: Number.NaN },
  'an Auth that never expires': { ...auth, expiresAt: Number.POSITIVE_INFINITY },
  'an Auth that expires at a text': { ...auth, expiresAt: String(auth.expiresAt) },
}

function inherited(name: string): object {
  const { [name]: value, ...rest } = auth as Record<string, unknown>
  return Object.assign(Object.create({ [name]: value }), rest)
}

const setupWith = (verify: (token: string) => unknown): AdapterSetup => ({
  auth: { verifier: { ...createVerifier(issuer.trust()), verify } as Verifier },
  routes,
})

describe.each([...adapters, ...serverlessAdapters])(
  'a verifier of the application in $name',
  (adapter) => {
    const { name } = adapter
    let verified: () => unknown
    const call = keptOpen(
      adapter,
      setupWith(() => verified()),
    )

    it.each(Object.entries(noAuths))(
      `${name} fails the request and lets nobody in when verify() resolves with %s`,
      async (_what, value) => {
        for (verified of [async () => value, () => value]) {
          for (const path of Object.keys(routes)) {
            const answer = await call(path, [bearer(good)])
            expect([path, answer.status]).toEqual([path, 500])
            expect(answer.body).not.toContain('attached')
          }
        }
      },
    )

    it(`${name} admits what the least Auth permits, and gives handlers the members that a wrapper added`, async () => {
      const setup = setupWith(async () => ({ ...auth, plan: 'free' }))
      await through(adapter, setup, async ({ call }) => {
        const answer = await call('/orders', [bearer(good)])
        expect(answer.status).toBe(200)
        expect(JSON.parse(answer.body).auth).toEqual({ ...auth, plan: 'free' })
      })
      const lesser = setupWith(async () => ({ ...auth, scopes: [] }))
      await through(adapter, lesser, async ({ call }) => {
        expect((await call('/orders', [bearer(good)])).status).toBe(403)
      })
    })

    it(`${name} calls the verify() of a wrapper for every token, and refuses what the wrapper refuses`, async () => {
      const verifier = createVerifier(issuer.trust())
      const asked: string[] = []
      const verify = async (token: string): Promise<Auth> => {
        asked.push(token)
        const found = await verifier.verify(token)
        if (found.subject === 'mallory') throw new InvalidTokenError('claims')
        return found
      }
      const mallory = issuer.mint({ sub: 'mallory' })
      await through(adapter, setupWith(verify), async ({ call }) => {
        for (const [token, status] of [
          [good, 200],
          [good, 200],
          [mallory, 401],
          [mallory, 401],
        ] as const) {
          expect((await call('/me', [bearer(token)])).status).toBe(status)
        }
      })
      expect(asked).toEqual([good, good, mallory, mallory])
    })

    it(`${name} calls a verify() that is put in place after createAuth`, async () => {
      const verifier: Verifier = createVerifier(issuer.trust())
      await through(adapter, { auth: { verifier }, routes }, async ({ call }) => {
        expect((await call('/me', [bearer(good)])).status).toBe(200)
        const { verify } = verifier
        verifier.verify = () => Promise.reject(new InvalidTokenError('claims'))
        expect((await call('/me', [bearer(good)])).status).toBe(401)
        verifier.verify = verify
        expect((await call('/me', [bearer(good)])).status).toBe(200)
      })
    })

    it(`${name} answers an error that a wrapper throws again and again for the route of each request`, async () => {
      const error = new InvalidTokenError('claims')
      const setup = setupWith(() => Promise.reject(error))
      await through(adapter, setup, async ({ call }) => {
        const challenges: (string | undefined)[] = []
        for (const path of ['/me', '/orders', '/me']) {
          const answer = await call(path, [bearer(good)])
          expect(answer.status).toBe(401)
          challenges.push(answer.headers['www-authenticate'])
        }
        const expected = (scope: string): string =>
          `Bearer realm="api", ${scope}error="invalid_token", error_description="The access token is not valid for this resource."`
        expect(challenges).toEqual([expected(''), expected('scope="a", '), expected('')])
      })
    })
  },
)
