import fc from 'fast-check'
import type { AuthError } from 'tollgate'
import { createVerifier, InvalidTokenError } from 'tollgate'
import { createTestIssuer } from 'tollgate/testing'
import { expect, it } from 'vitest'
import { expectNoLeak } from '../leaks.ts'
import { runs } from '../runs.ts'

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const issuer = createTestIssuer()
const verifier = createVerifier(issuer.trust())

it('T1, T8: for any change of one byte of a valid token, the verifier refuses it with an InvalidTokenError', async () => {
  const token = issuer.mint({ scope: 'a b' })
  await verifier.verify(token)
  issuer.requests.clear()
  const anyChar = fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code))
  const anywhere = fc.nat(token.length - 1)
  await fc.assert(
    fc.asyncProperty(
      anywhere,
      fc.oneof(anyChar, fc.constantFrom(...alphabet)),
      async (at, char) => {
        fc.pre(token[at] !== char)
        const changed = token.slice(0, at) + char + token.slice(at + 1)
        const error = await verifier.verify(changed).catch((error: AuthError) => error)
        expect(error).toMatchObject({ status: 401, error: 'invalid_token' })
      },
    ),
    runs(4000),
  )
}, 120_000)

const name = fc.oneof(
  fc.constantFrom(
    'iss',
    'sub',
    'aud',
    'exp',
    'nbf',
    'iat',
    'jti',
    'client_id',
    'scope',
    'cnf',
    'nonce',
    '__proto__',
    'constructor',
  ),
  fc.string(),
)
const value = fc.oneof(
  fc.constantFrom(
    issuer.url,
    issuer.audience,
    0,
    Number.POSITIVE_INFINITY,
    -1,
    1e12,
    null,
    '',
    [],
    {},
  ),
  fc.jsonValue(),
)
const members = fc.array(fc.tuple(name, value), { maxLength: 4 })
const headerName = fc.oneof(
  fc.constantFrom(
    'alg',
    'typ',
    'kid',
    'crit',
    'b64',
    'zip',
    'cty',
    'jku',
    'jwk',
    'x5c',
    '__proto__',
  ),
  fc.string(),
)
const headers = fc.array(fc.tuple(headerName, value), { maxLength: 3 })

/** The JSON text with more members at its end, because the last of equal members counts. */
function withMembers(text: string, more: readonly (readonly [string, unknown])[]): string {
  const tail = more.map(
    ([key, value]) =>
      `,${JSON.stringify(key)}:${value === Number.POSITIVE_INFINITY ? '1e400' : JSON.stringify(value)}`,
  )
  return `${text.slice(0, -1)}${tail.join('')}}`
}

it('T15: for any header and claims that the issuer signs, the verifier gives a well-typed Auth or an error without secrets', async () => {
  await fc.assert(
    fc.asyncProperty(members, headers, async (claims, header) => {
      const [, payload = ''] = issuer.mint().split('.')
      const raw = withMembers(Buffer.from(payload, 'base64url').toString(), claims)
      const token = issuer.mint({}, { raw, header: Object.fromEntries(header) })
      const outcome = await verifier.verify(token).catch((error: unknown) => error)
      if (outcome instanceof Error) {
        expect(outcome).toBeInstanceOf(InvalidTokenError)
        expectNoLeak(outcome, token)
      } else {
        const auth = outcome as Awaited<ReturnType<typeof verifier.verify>>
        expect(auth.issuer).toBe(issuer.url)
        expect([typeof auth.subject, typeof auth.clientId, typeof auth.expiresAt]).toEqual([
          'string',
          'string',
          'number',
        ])
        expect(auth.scopes.every((scope) => typeof scope === 'string')).toBe(true)
        expect(Object.hasOwn(auth.claims, 'cnf')).toBe(false)
      }
      expect(Object.keys(Object.prototype)).toEqual([])
    }),
    runs(400),
  )
}, 120_000)
