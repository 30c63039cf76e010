import type { Auth } from 'tollgate'
import {
  assertAuth,
  createVerifier,
  InsufficientScopeError,
  MissingCredentialsError,
} from 'tollgate'
import { createTestIssuer } from 'tollgate/testing'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'

const issuer = createTestIssuer()
const verifier = createVerifier(issuer.trust())
const auth: Auth | undefined = await verifier.verify(
  issuer.mint({
    sub: 'alice',
    scope: 'a b',
    roles: ['editor'],
    entitlements: ['refund'],
    tenant: 'acme',
    act: { sub: 'agent-1' },
  }),
)
// biome-ignore lint/suspicious/noExplicitAny: much of what is tried here would not compile
const assertAny: (...given: any[]) => void = assertAuth

const thrown = (...given: unknown[]): unknown => {
  try {
    assertAny(...given)
  } catch (error) {
    return error
  }
  return 'passes'
}

describe('assertAuth', () => {
  it('assertAuth returns nothing where every requirement is met', () => {
    const requirements = {
      scope: 'a',
      anyScope: ['b', 'c'],
      role: 'editor',
      anyRole: ['editor', 'admin'],
      permission: 'refund',
      anyPermission: ['refund', 'void'],
      claims: { tenant: ['acme', 'other'] },
      actor: ['agent-1'],
      check: ({ subject }: Auth) => subject === 'alice',
    }
    expect(assertAuth(auth, requirements)).toBeUndefined()
    expect(assertAuth(auth, { ...requirements, optional: true })).toBeUndefined()
    expect(assertAuth(auth, {})).toBeUndefined()
    expect(assertAuth(auth)).toBeUndefined()
  })

  it.each<[string, object]>([
    ['scope', { scope: 'a z' }],
    ['scope', { anyScope: ['y', 'z'] }],
    ['role', { role: ['editor', 'admin'] }],
    ['role', { anyRole: ['admin'] }],
    ['permission', { permission: 'void' }],
    ['permission', { anyPermission: ['void'] }],
    ['claim', { claims: { tenant: 'other' } }],
    ['actor', { actor: false }],
    ['actor', { actor: ['agent-2'] }],
    ['check', { check: () => false }],
    ['check', { check: () => 1 }],
    ['check', { check: () => undefined }],
    ['scope', { check: () => false, role: 'admin', scope: 'z' }],
    ['role', { optional: true, role: 'admin' }],
  ])(
    'assertAuth throws the error of a route, with the reason %s, for %j',
    (reason, requirements) => {
      const error = thrown(auth, requirements)
      expect(error).toBeInstanceOf(InsufficientScopeError)
      expect(error).toMatchObject({ status: 403, error: 'insufficient_scope', reason })
      expect((error as InsufficientScopeError).headers).toEqual({})
    },
  )

  it('assertAuth refuses an anonymous caller, unless that is optional', () => {
    for (const nobody of [undefined, null]) {
      const error = thrown(nobody, { scope: 'a' })
      expect(error).toBeInstanceOf(MissingCredentialsError)
      expect(error).toMatchObject({ status: 401, reason: 'no-credentials' })
      expect(thrown(nobody)).toBeInstanceOf(MissingCredentialsError)
      expect(thrown(nobody, { optional: false })).toBeInstanceOf(MissingCredentialsError)
      expect(thrown(nobody, { optional: true, scope: 'a' })).toBe('passes')
    }
  })

  it('assertAuth refuses what is no Auth with a TypeError', () => {
    const given = [
      {},
      'alice',
      true,
      [],
      0,
      '',
      false,
      verifier.verify(issuer.mint()),
      { subject: 'a' },
    ]
    for (const one of given) {
      for (const requirements of [{}, { optional: true }]) {
        const error = thrown(one, requirements)
        expect(error).toBeInstanceOf(TypeError)
        expect(String(error)).toMatch(
          /tollgate: assertAuth must be given an Auth, undefined or null/,
        )
      }
    }
    expect(String(thrown(Promise.resolve(auth)))).toMatch(/not a Promise: await it first/)
  })

  it.each<[string, unknown[], RegExp]>([
    [
      'an unknown requirement',
      [{ roles: ['a'] }],
      /unknown option 'roles' in the requirements of assertAuth: did you mean 'role'/,
    ],
    [
      'a requirement that is undefined',
      [{ role: undefined }],
      /assertAuth: option 'role' is present but undefined/,
    ],
    ['a wrong role', [{ role: 'a,b' }], /tollgate: assertAuth: option 'role' is one role and/],
    ['a wrong scope', [{ scope: '' }], /tollgate: assertAuth: option 'scope' must hold non-empty/],
    ['a string', ['admin'], /the requirements of assertAuth must be a plain object, not a string/],
    ['null', [null], /the requirements of assertAuth must be a plain object, not null/],
    ['a further argument', [{ role: 'a' }, { scope: 'b' }], /assertAuth was given an argument too/],
  ])('assertAuth refuses %s with a TypeError, whoever the caller is', (_, given, message) => {
    for (const caller of [auth, undefined, null, {}]) {
      const error = thrown(caller, ...given)
      expect(error).toBeInstanceOf(TypeError)
      expect(String(error)).toMatch(message)
    }
  })

  it('assertAuth refuses a check that would have to be awaited, whatever comes of it', async () => {
    const rejected = async () => {
      throw new Error('from the check')
    }
    // biome-ignore lint/suspicious/noThenProperty: a check may give such an object
    const lazy = { then: (resolve: (value: boolean) => void) => resolve(true) }
    for (const check of [async () => true, async () => false, rejected, () => lazy]) {
      const error = thrown(auth, { check })
      expect(error).toBeInstanceOf(TypeError)
      expect(String(error)).toMatch(/assertAuth: option 'check' must not return a Promise: await/)
    }
    await new Promise((resolve) => setTimeout(resolve, 5))
  })

  it('what a check throws is thrown by assertAuth', () => {
    const own = new Error('from the check')
    const check = (thrown: unknown) => () => {
      throw thrown
    }
    expect(thrown(auth, { check: check(own) })).toBe(own)
    expect(thrown(auth, { check: check(null) })).toMatchObject({ cause: null })
  })

  it('assertAuth compares claims as the token states them, whatever a schema makes of them', async () => {
    const claims = z.object({ tenant: z.string().transform(() => 'other') })
    const typed = createVerifier({ ...issuer.trust(), claims })
    const auth = await typed.verify(issuer.mint({ tenant: 'acme' }))
    expect(auth.claims.tenant).toBe('other')
    expect(thrown(auth, { claims: { tenant: 'acme' } })).toBe('passes')
    expect(thrown(auth, { claims: { tenant: 'other' } })).toMatchObject({ reason: 'claim' })
  })
})
