import { AuthError, createVerifier } from 'tollgate'
import { getAuth } from 'tollgate/node'
import * as revocation from 'tollgate/revocation'
import { createTestIssuer, faults } from 'tollgate/testing'
import { describe, expect, it, vi } from 'vitest'
import type { Adapter, AdapterSetup, Headers, Route } from './adapter.ts'
import { bearer, through } from './adapter.ts'
import { adapters, serverlessAdapters } from './all.ts'

// What is imported from here on is a second copy of the package, as two versions in node_modules
// are, or a copy in a bundle beside one in node_modules.
vi.resetModules()
const copy = await import('tollgate')
const copyOfNode = await import('tollgate/node')
const copyOfKoa = await import('tollgate/koa')
const copyOfRevocation = await import('tollgate/revocation')
// A copy guards requests only once its createAuth was called.
copyOfNode.createAuth(createTestIssuer().trust())

const issuer = createTestIssuer()
const dead = createTestIssuer({ url: 'https://dead.test' })
dead.fail('*', faults.refuse())
const good = bearer(issuer.mint({ sub: 'alice', scope: 'a' }))
const routes = {
  '/me': [{}],
  '/orders': [{ scope: 'a' }, { check: () => true }],
  '/optional': [{ optional: true }],
  '/open': [],
} satisfies Record<string, Route[]>

it('the second copy of the package that the tests load is a copy', () => {
  expect(copy.AuthError).not.toBe(AuthError)
  expect(copyOfNode.getAuth).not.toBe(getAuth)
})

it('a store of one copy knows the jti and the session of a token whose claims a schema of another copy has replaced', async () => {
  const claims = {
    '~standard': {
      version: 1 as const,
      vendor: 'test',
      validate: () => ({ value: { tenant: 'a' } }),
    },
  }
  for (const { createMemoryStore } of [revocation, copyOfRevocation]) {
    for (const make of [createVerifier, copy.createVerifier]) {
      const store = createMemoryStore()
      const verifier = make({ ...issuer.trust(), claims, revocation: store })
      const token = issuer.mint({ jti: 'a' })
      const { expiresAt } = await verifier.verify(token)
      await store.revoke({ issuer: issuer.url, jti: 'a', until: expiresAt })
      await expect(verifier.verify(token)).rejects.toMatchObject({ status: 401, reason: 'revoked' })
    }
  }
})

describe.each([...adapters, ...serverlessAdapters])(
  'two copies of tollgate in $name',
  (adapter) => {
    const { name } = adapter

    it(`${name} answers by a verifier of another copy as by one of its own`, async () => {
      const requests: readonly Headers[] = [
        [],
        [['Authorization', 'Bearer a b']],
        [['Authorization', 'Basic YTpi']],
        [bearer(issuer.bad.expired())],
        [bearer(issuer.bad.tampered())],
        [bearer(issuer.mint({ scope: 'b' }))],
        [bearer(dead.mint())],
        [good],
      ]
      const fetch = ((url, init) =>
        (String(url).startsWith(dead.url) ? dead : issuer).fetch(url, init)) as typeof issuer.fetch
      const options = { ...issuer.trust(), issuer: [issuer.url, dead.url], fetch }
      const answers = async (make: typeof createVerifier) => {
        const verifier = make(options)
        return through(adapter, { auth: { verifier }, routes }, async ({ call }) => {
          const given: object[] = []
          for (const path of ['/me', '/orders', '/optional']) {
            for (const headers of requests) {
              const { status, headers: answered, body } = await call(path, headers)
              given.push({ path, status, answered, body })
            }
          }
          return given
        })
      }
      const own = await answers(createVerifier)
      expect(own.map((answer) => (answer as { status: number }).status).slice(0, 8)).toEqual([
        401, 400, 401, 401, 401, 200, 503, 200,
      ])
      expect(await answers(copy.createVerifier)).toEqual(own)
    })

    it(`${name} gives the Auth that a verifier of another copy has made`, async () => {
      const setup = { auth: { verifier: copy.createVerifier(issuer.trust()) }, routes }
      const answer = await through(adapter, setup, ({ call }) => call('/orders', [good]))
      const { auth, last, attached } = JSON.parse(answer.body)
      expect(auth).toMatchObject({ issuer: issuer.url, subject: 'alice' })
      expect([last, attached]).toEqual([auth, auth])
    })

    it(`getAuth of another copy than the one that guards in ${name} says that there are two copies`, async () => {
      const setup: AdapterSetup = { auth: issuer.trust(), routes, ask: readBy(adapter) }
      await through(adapter, setup, async ({ call }) => {
        const asked = async (path: string, headers?: Headers) =>
          JSON.parse((await call(path, headers)).body).asked
        expect(await asked('/me', [good])).toMatch(
          /^tollgate: two copies of tollgate are installed/,
        )
        expect(await asked('/optional')).toMatch(/^tollgate: two copies of tollgate are installed/)
        expect(await asked('/open')).toMatch(/^tollgate: this route has no guard/)
      })
    })

    it(`${name} answers a marked error with its status, and never lets anybody in by the mark`, async () => {
      const mark = Symbol.for('tollgate.AuthError')
      const answerTo = async (status: unknown, how: 'throws' | 'gives') => {
        const marked = Object.assign(new Error('marked'), {
          [mark]: true,
          status,
          subject: 'alice',
        })
        const verify = how === 'throws' ? () => Promise.reject(marked) : async () => marked
        const verifier = { ...createVerifier(issuer.trust()), verify: verify as never }
        const answer = await through(adapter, { auth: { verifier }, routes }, ({ call }) =>
          call('/me', [good]),
        )
        expect(answer.body).not.toContain('attached')
        return answer
      }
      for (const status of [400, 401, 403, 503, 599]) {
        const { headers, ...answer } = await answerTo(status, 'throws')
        expect(answer.status).toBe(status)
        expect(headers['content-type']).toBe('application/problem+json')
        expect((await answerTo(status, 'gives')).headers).not.toHaveProperty('www-authenticate')
      }
      // The status of any other error is read by the framework, if at all.
      for (const status of [200, 302, 399]) {
        const { headers } = await answerTo(status, 'throws')
        expect(headers['content-type']).not.toBe('application/problem+json')
      }
    })
  },
)

/** Reads the caller by the getAuth of the second copy, and gives what that getAuth says. */
function readBy({ name }: Adapter): (request: never) => unknown {
  const read = name.startsWith('Koa') ? copyOfKoa.getAuth : copyOfNode.getAuth
  return (request) => {
    try {
      return read(request)
    } catch (error) {
      return (error as Error).message
    }
  }
}
