import type { Auth, AuthEvent, Verifier, VerifierOptions } from 'tollgate'
import { createVerifier } from 'tollgate'
import { createAuth } from 'tollgate/node'
import type { Claims } from 'tollgate/testing'
import { createTestIssuer } from 'tollgate/testing'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { expectNoLeak } from '../leaks.ts'

const issuer = createTestIssuer()
type Requirements = NonNullable<Parameters<ReturnType<typeof createAuth>['requireAuth']>[0]>
type Refused = Extract<AuthEvent, { type: 'request.refused' }>
type Stage = ReturnType<typeof createStage>

/** Guards of one verifier, and what they tell of refusals. */
function createStage(options: Partial<VerifierOptions> = {}, wrap?: (auth: Auth) => unknown) {
  const told: Refused[] = []
  const onEvent = (event: AuthEvent): void => {
    if (event.type === 'request.refused') told.push(event)
  }
  const verifier = createVerifier(issuer.trust({ ...options, onEvent } as never))
  const verify = async (token: string) => wrap?.(await verifier.verify(token))
  const wrapped = { ...verifier, verify } as Verifier
  const { requireAuth } = createAuth({ verifier: wrap === undefined ? verifier : wrapped })

  /** 'passes', or the reason of the refusal. */
  async function outcome(requirements: Requirements, token: string): Promise<string> {
    const headers = { authorization: `Bearer ${token}` }
    const response = { statusCode: 200, setHeader() {}, end() {} }
    const before = told.length
    const auth = await requireAuth(requirements)({ method: 'GET', url: '/', headers }, response)
    if (auth !== false) return 'passes'
    expect(response.statusCode).toBe(403)
    // A verifier that createVerifier did not make has no listener.
    return wrap === undefined ? (told[before] as Refused).reason : 'refused'
  }
  return { outcome, told }
}

const stage = createStage()
const outcome = (requirements: Requirements, claims: Claims = {}, by: Stage = stage) =>
  by.outcome(requirements, issuer.mint(claims))

it('requirements are checked in the order of the documentation', async () => {
  const requirements: Requirements = {
    check: () => false,
    actor: false,
    claims: { tenant: 'acme' },
    anyPermission: ['p2'],
    permission: 'p1',
    anyRole: ['r2'],
    role: 'r1',
    anyScope: ['s2'],
    scope: 's1',
  }
  const act = { sub: 'agent-1' }
  const steps: readonly (readonly [string, string, Claims])[] = [
    ['scope', "option 'scope'", {}],
    ['scope', "option 'anyScope'", { scope: 's1' }],
    ['role', "option 'role'", { scope: 's1 s2' }],
    ['role', "option 'anyRole'", { roles: ['r1'] }],
    ['permission', "option 'permission'", { roles: ['r1', 'r2'] }],
    ['permission', "option 'anyPermission'", { entitlements: ['p1'] }],
    ['claim', "option 'claims'", { entitlements: ['p1', 'p2'] }],
    ['actor', "option 'actor'", { tenant: 'acme' }],
    ['check', 'check of the route', { act: undefined }],
  ]
  const { outcome, told } = createStage()
  let claims: Claims = { act }
  for (const [reason, hint, more] of steps) {
    claims = { ...claims, ...more }
    expect(await outcome(requirements, issuer.mint(claims))).toBe(reason)
    expect(told.at(-1)?.hint).toContain(hint)
  }
  expect(await outcome({ ...requirements, check: () => true }, issuer.mint(claims))).toBe('passes')
})

describe('the requirement role', () => {
  it('a role may have spaces in it, and, in an array, commas', async () => {
    const roles = ['Billing Admin', 'CN=Admins,DC=acme']
    expect(await outcome({ role: 'Billing Admin' }, { roles })).toBe('passes')
    expect(await outcome({ role: ['CN=Admins,DC=acme'] }, { roles })).toBe('passes')
    expect(await outcome({ role: 'Billing Admin' }, { roles: ['Billing', 'Admin'] })).toBe('role')
  })

  it('roles and permissions are read where the profile says', async () => {
    const profile = {
      types: ['at+jwt'],
      roles: [['realm_access', 'roles']],
      permissions: ['rights'],
    }
    const stage = createStage({ profile })
    const claims = { realm_access: { roles: ['admin'] }, rights: ['refund'] }
    expect(await outcome({ role: 'admin', permission: 'refund' }, claims, stage)).toBe('passes')
    expect(await outcome({ role: 'admin' }, { roles: ['admin'] }, stage)).toBe('role')
    expect(await outcome({ permission: 'a' }, { entitlements: ['a'] }, stage)).toBe('permission')
  })

  it('a later change of the array that a route was given changes nothing', async () => {
    const role = ['admin']
    const tenant = ['acme']
    const actor = ['agent-1']
    const { requireAuth } = createAuth(issuer.trust())
    const guard = requireAuth({ role, claims: { tenant }, actor })
    for (const list of [role, tenant, actor]) list.length = 0
    const token = issuer.mint({ act: { sub: 'agent-1' }, tenant: 'acme' })
    const headers = { authorization: `Bearer ${token}` }
    const response = { statusCode: 200, setHeader() {}, end() {} }
    expect(await guard({ method: 'GET', url: '/', headers }, response)).toBe(false)
    expect(response.statusCode).toBe(403)
  })
})

describe('the requirement claims', () => {
  it.each<[string, Requirements['claims'], Claims, 'passes' | 'claim']>([
    ['a text that is equal', { a: 'x' }, { a: 'x' }, 'passes'],
    ['a text that is not equal', { a: 'x' }, { a: 'xy' }, 'claim'],
    ['a text in another case', { a: 'x' }, { a: 'X' }, 'claim'],
    ['one of the values', { a: ['x', 7, true] }, { a: 7 }, 'passes'],
    ['none of the values', { a: ['x', 7, true] }, { a: '7' }, 'claim'],
    ['false, which is asked for', { a: false }, { a: false }, 'passes'],
    ['nothing, where false is asked for', { a: false }, {}, 'claim'],
    ['null, where false is asked for', { a: false }, { a: null }, 'claim'],
    ['zero, where false is asked for', { a: false }, { a: 0 }, 'claim'],
    ['a number that is equal', { a: 0 }, { a: 0 }, 'passes'],
    ['a list with the value', { a: 'x' }, { a: ['w', 'x'] }, 'passes'],
    ['a list with one of the values', { a: ['x', 'y'] }, { a: [1, 'y'] }, 'passes'],
    ['a list without the value', { a: 'x' }, { a: ['xx', ['x']] }, 'claim'],
    ['an empty list', { a: 'x' }, { a: [] }, 'claim'],
    ['an object with the value', { a: 'x' }, { a: { x: 'x' } }, 'claim'],
    ['a text that contains the value', { a: 'x' }, { a: 'w x y' }, 'claim'],
    ['the value below the top level', { b: 'x' }, { a: { b: 'x' } }, 'claim'],
    ['all of several claims', { a: 'x', b: true }, { a: 'x', b: true }, 'passes'],
    ['one of several claims', { a: 'x', b: true }, { a: 'x', b: false }, 'claim'],
    [
      'a claim whose name is a URL',
      { 'https://acme.test/t': 'x' },
      { 'https://acme.test/t': 'x' },
      'passes',
    ],
    ['no claim, where objects have a member of its name', { toString: 'x' }, {}, 'claim'],
  ])(
    'a token whose claims hold %s is judged by its own claims',
    async (_, claims, stated, expected) => {
      expect(await outcome({ claims: claims as never }, stated)).toBe(expected)
    },
  )

  it('claims are compared as the token states them, whatever a schema makes of them, cached or not', async () => {
    const claims = z
      .object({ verified: z.stringbool() })
      .transform(({ verified }) => ({ verified, tenant: 'umbrella' }))
    for (const tokenCache of [10, false] as const) {
      const stage = createStage({ claims: claims as never, tokenCache })
      const token = issuer.mint({ verified: 'true', tenant: 'acme' })
      for (let time = 0; time < 3; time++) {
        const by = (claims: object) => stage.outcome({ claims: claims as never }, token)
        expect(await by({ verified: 'true', tenant: 'acme' })).toBe('passes')
        expect(await by({ verified: true })).toBe('claim')
        expect(await by({ tenant: 'umbrella' })).toBe('claim')
      }
    }
  })

  it('of a verifier of the application that gives an Auth of its own, the claims of that Auth are compared', async () => {
    const stage = createStage({}, (auth) => ({ ...auth, claims: { tenant: 'acme' } }))
    expect(await outcome({ claims: { tenant: 'acme' } }, { tenant: 'other' }, stage)).toBe('passes')
    expect(await outcome({ claims: { tenant: 'other' } }, { tenant: 'other' }, stage)).toBe(
      'refused',
    )
  })
})

describe('the requirement actor', () => {
  const agent = { act: { sub: 'agent-1' } }
  const after = { act: { sub: 'agent-0', act: { sub: 'agent-1' } } }
  it.each<[string, Requirements['actor'], Claims, 'passes' | 'actor']>([
    ['false and nobody who acts', false, {}, 'passes'],
    ['false and somebody who acts', false, agent, 'actor'],
    ['true and nobody who acts', true, {}, 'actor'],
    ['true and somebody who acts', true, agent, 'passes'],
    ['a list and nobody who acts', ['agent-1'], {}, 'actor'],
    ['a list and an actor in it', ['agent-2', 'agent-1'], agent, 'passes'],
    ['a list and an actor who is not in it', ['agent-2'], agent, 'actor'],
    ['a list and its subject itself', ['user-1'], {}, 'actor'],
    // RFC 8693 section 4.1: prior actors are not to be considered in access control decisions.
    ['a list and an earlier actor in it', ['agent-1'], after, 'actor'],
    ['a list and the current one of two actors in it', ['agent-0'], after, 'passes'],
    ['an actor of the same issuer', ['a'], { act: { sub: 'a', iss: issuer.url } }, 'passes'],
    ['an actor of another issuer', ['a'], { act: { sub: 'a', iss: 'https://b.test' } }, 'actor'],
  ])('%s: the token is judged by its current actor', async (_, actor, claims, expected) => {
    expect(await outcome({ actor: actor as boolean }, claims)).toBe(expected)
  })
})

describe('an Auth that a verifier of the application has made', () => {
  const all = ['admin', 'refund', 'agent-1']
  it.each<[string, object, Requirements]>([
    ['without roles', { roles: undefined }, { role: 'admin' }],
    ['whose roles are a text', { roles: 'no-admin' }, { role: 'admin' }],
    ['whose roles can be asked', { roles: { includes: () => true } }, { anyRole: ['admin'] }],
    ['without permissions', { permissions: undefined }, { anyPermission: ['refund'] }],
    ['whose permissions are a text', { permissions: 'refunds' }, { permission: 'refund' }],
    ['without claims', { claims: undefined }, { claims: { tenant: 'acme' } }],
    ['without actors, where nobody may act', { actors: undefined }, { actor: false }],
    ['without actors, where somebody must act', { actors: undefined }, { actor: true }],
    ['whose actors are a text', { actors: 'agent-1' }, { actor: ['agent-1'] }],
    ['whose actors are texts', { actors: ['agent-1'] }, { actor: ['agent-1'] }],
  ])('an Auth %s is refused', async (_, members, requirements) => {
    const stage = createStage({}, (auth) => ({ ...auth, ...members }))
    const claims = { roles: all, entitlements: all, tenant: 'acme' }
    expect(await outcome(requirements, claims, stage)).toBe('refused')
  })
})

describe('the hints of requirements', () => {
  const hintOf = async (requirements: Requirements, claims: Claims = {}): Promise<string> => {
    const { outcome, told } = createStage()
    const token = issuer.mint({ sub: 'alice@example.com', ...claims })
    await outcome(requirements, token)
    const hint = told.at(-1)?.hint as string
    expect(hint).toMatch(/^[\x20-\x7e]{1,500}$/)
    expectNoLeak(told, token, 'alice@example.com', 'secret')
    return hint
  }

  it('the hint about a missing role or permission names what is missing, what the route needs and what the token has', async () => {
    expect(await hintOf({ role: ['admin', 'editor'] }, { roles: ['editor', 'reader'] })).toBe(
      "the token lacks 'admin': the route needs 'admin' and 'editor' (option 'role'), and the token has 'editor' and 'reader': if this caller may do that, have the issuer give the role, and write it into the token",
    )
    expect(await hintOf({ anyRole: ['a', 'b'] })).toBe(
      "the route needs one of 'a' or 'b' (option 'anyRole'), and the token has no roles: if this caller may do that, have the issuer give the role, and write it into the token, or, if the issuer writes roles into another claim, name it in the options of the preset, or in the profile (roles)",
    )
    expect(await hintOf({ permission: 'refund' }, { entitlements: ['void'] })).toBe(
      "the token lacks 'refund': the route needs 'refund' (option 'permission'), and the token has 'void': if this caller may do that, have the issuer give the permission, and write it into the token",
    )
    expect(await hintOf({ anyPermission: ['a'] })).toMatch(
      /^the route needs one of 'a' \(option 'anyPermission'\), and the token has no permissions: .*\(permissions\)$/,
    )
  })

  it('the hint about a missing role names at most three roles of each kind, cut and escaped', async () => {
    const long = ['é'.repeat(300), 'b', 'c', 'd']
    const hint = await hintOf({ role: 'a' }, { roles: long })
    expect(hint).toContain("(option 'role'), and the token has '\\u00e9")
    expect(hint).toContain(", 'b', 'c' (and 1 more): if this caller may")
  })

  it('the hint about claims names them, and shows no value of theirs', async () => {
    const claims = { tenant: ['secret-1', 'secret-2'], level: 1, verified: true, team: 'secret-3' }
    const stated = { tenant: 'secret-4', verified: 'secret-5', team: 'secret-3' }
    expect(await hintOf({ claims }, stated)).toBe(
      "the token does not have 'level', and the token has other values than the route allows in 'tenant' and 'verified' (text, numbers, true and false are never equal to each other): the route compares these claims (option 'claims')",
    )
  })

  it('the hint about an actor says what the route allows, and names nobody', async () => {
    const act = { sub: 'secret-1' }
    expect(await hintOf({ actor: false }, { act })).toMatch(
      /^somebody acts for .* lets nobody do so/,
    )
    expect(await hintOf({ actor: true })).toMatch(
      /^the route needs somebody who acts .* no claim act/,
    )
    expect(await hintOf({ actor: ['secret-2'] }, { act })).toMatch(
      /is none of those that the route/,
    )
    expect(
      await hintOf({ actor: ['secret-1'] }, { act: { ...act, iss: 'https://secret.test' } }),
    ).toMatch(/is of another issuer than the token itself/)
  })
})
