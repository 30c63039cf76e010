import type { Actor, Auth, AuthRequirements, JWTPayload, Reason } from 'tollgate'
import { assertAuth } from 'tollgate'
import type { Requirements as ExpressRequirements } from 'tollgate/express'
import type { Requirements as FastifyRequirements } from 'tollgate/fastify'
import type { Requirements as FetchRequirements } from 'tollgate/fetch'
import type { Requirements as HonoRequirements } from 'tollgate/hono'
import type { Requirements as KoaRequirements } from 'tollgate/koa'
import type { Requirements as NestRequirements } from 'tollgate/nest'
import type { Requirements as NodeRequirements } from 'tollgate/node'
import { describe, expectTypeOf, it } from 'vitest'

type ClaimValue = string | number | boolean

/** The requirements that are the same in every adapter. */
interface Common {
  scope?: string | readonly string[]
  anyScope?: readonly string[]
  role?: string | readonly string[]
  anyRole?: readonly string[]
  permission?: string | readonly string[]
  anyPermission?: readonly string[]
  claims?: Readonly<Record<string, ClaimValue | readonly ClaimValue[]>>
  actor?: boolean | readonly string[]
  optional?: boolean
}

/** No Auth tells whether its token is still active, so \`assertAuth\` cannot ask for that. */
interface OfGuards extends Common {
  introspect?: boolean
}

describe('the types of requirements', () => {
  it('every adapter and assertAuth have the same requirements, but for introspect', () => {
    type Without<T> = Omit<T, 'check'>
    expectTypeOf<Without<ExpressRequirements>>().toEqualTypeOf<OfGuards>()
    expectTypeOf<Without<KoaRequirements>>().toEqualTypeOf<OfGuards>()
    expectTypeOf<Without<FastifyRequirements>>().toEqualTypeOf<OfGuards>()
    expectTypeOf<Without<HonoRequirements>>().toEqualTypeOf<OfGuards>()
    expectTypeOf<Without<FetchRequirements>>().toEqualTypeOf<OfGuards>()
    expectTypeOf<Without<NestRequirements>>().toEqualTypeOf<OfGuards>()
    expectTypeOf<Without<NodeRequirements>>().toEqualTypeOf<OfGuards>()
    expectTypeOf<Without<AuthRequirements>>().toEqualTypeOf<Common>()
  })

  it('requirements of a wrong type do not compile', () => {
    const state = (_requirements: ExpressRequirements): void => {}
    state({ role: ['a'] as const, anyRole: ['a'] as const, actor: ['a'] as const })
    state({ claims: { a: 'x', b: 1, c: true, d: ['x', 1, false] as const } })
    // @ts-expect-error A list is what anyRole takes.
    state({ anyRole: 'a' })
    // @ts-expect-error A role is a text.
    state({ role: 1 })
    // @ts-expect-error undefined would require nothing.
    state({ role: undefined })
    // @ts-expect-error Claims of the top level alone are compared.
    state({ claims: { a: { b: 'x' } } })
    // @ts-expect-error undefined would require nothing.
    state({ claims: { a: undefined } })
    // @ts-expect-error A list is what actor takes.
    state({ actor: 'agent-1' })
    // @ts-expect-error There is no such requirement.
    state({ roles: ['a'] })
  })

  it('the reasons of requirements are reasons of errors', () => {
    expectTypeOf<'role' | 'permission' | 'claim' | 'actor'>().toExtend<Reason>()
  })
})

describe('the types of auth.actors', () => {
  it('auth.actors are frozen, and have a subject', () => {
    expectTypeOf<Auth['actors']>().toEqualTypeOf<readonly Actor[]>()
    expectTypeOf<Actor['sub']>().toEqualTypeOf<string>()
    expectTypeOf<Actor['iss']>().toEqualTypeOf<string | undefined>()
    expectTypeOf<Actor['client_id']>().toEqualTypeOf<string | undefined>()
    expectTypeOf<Actor['team']>().toEqualTypeOf<unknown>()
    const change = (auth: Auth) => {
      // @ts-expect-error An Auth is frozen.
      auth.actors.pop()
      for (const actor of auth.actors) {
        // @ts-expect-error An Auth is frozen.
        actor.sub = 'root'
      }
    }
    expectTypeOf(change).toBeFunction()
  })
})

interface Claims {
  tenant: string
}

describe('the types of assertAuth', () => {
  it('behind assertAuth there is an Auth, with its claims, unless the caller may be anonymous', () => {
    const resolver = (auth: Auth<Claims> | undefined | null): unknown => {
      assertAuth(auth, { role: 'admin', check: ({ claims }) => claims.tenant === 'acme' })
      expectTypeOf(auth).toEqualTypeOf<Auth<Claims>>()
      return auth.claims.tenant
    }
    const plain = (auth?: Auth): unknown => {
      assertAuth(auth)
      expectTypeOf(auth).toEqualTypeOf<Auth<JWTPayload>>()
      return auth.subject
    }
    const open = (auth?: Auth): unknown => {
      assertAuth(auth, { optional: true, scope: 'a' })
      expectTypeOf(auth).toEqualTypeOf<Auth<JWTPayload> | undefined>()
      return auth?.subject
    }
    for (const each of [resolver, plain, open]) expectTypeOf(each).toBeFunction()
  })

  it('wrong arguments of assertAuth do not compile', () => {
    const calls = (auth: Auth | undefined, waiting: Promise<Auth>) => {
      // @ts-expect-error A Promise is no Auth.
      assertAuth(waiting, { scope: 'a' })
      // @ts-expect-error Nobody would await it.
      assertAuth(auth, { check: async () => true })
      // @ts-expect-error There is no such requirement.
      assertAuth(auth, { roles: ['admin'] })
      // @ts-expect-error There is no third argument.
      assertAuth(auth, { role: 'a' }, { scope: 'b' })
      // @ts-expect-error undefined would require nothing.
      assertAuth(auth, { role: undefined })
      // @ts-expect-error A string is no requirement.
      assertAuth(auth, 'admin')
    }
    expectTypeOf(calls).toBeFunction()
  })
})
