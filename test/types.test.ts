import type { Auth } from 'tollgate'
import { createVerifier } from 'tollgate'
import { createAuth as createExpressAuth } from 'tollgate/express'
import { createAuth as createKoaAuth } from 'tollgate/koa'
import { expect, expectTypeOf, it } from 'vitest'

interface Claims {
  sub: string
  roles: string[]
  address: { city: string }
}

const options = { issuer: 'https://login.example.com', audience: 'https://api.example.com' }

/** Compiled, never run: each line under `@ts-expect-error` must not compile. */
function linesThatMustNotCompile(auth: Auth<Claims>): void {
  // @ts-expect-error Claims are frozen: a memo would hand one caller's order to the next.
  auth.claims.roles.sort()
  // @ts-expect-error
  auth.claims.roles.push('admin')
  // @ts-expect-error
  auth.claims.address.city = 'x'
  // @ts-expect-error
  auth.scopes.push('admin')
  // @ts-expect-error
  auth.subject = 'root'
  // @ts-expect-error A later option is no option yet.
  createVerifier({ ...options, claims: {} })
  // @ts-expect-error
  createVerifier({ ...options, algorithms: ['none'] })
  // @ts-expect-error
  createVerifier({ ...options, algorithms: ['HS256'] })
  // @ts-expect-error
  createVerifier({ audience: 'https://api.example.com' })
  // @ts-expect-error
  createExpressAuth(options).requireAuth({ scopes: 'a' })
  // @ts-expect-error Undefined is refused: it must not open a route.
  createExpressAuth(options).requireAuth({ scope: undefined })
  // @ts-expect-error
  createKoaAuth(options).requireAuth({ check: 'a' })
  // @ts-expect-error Verifier options beside a verifier have no effect.
  createKoaAuth({ verifier: createVerifier(options), issuer: 1 })
}

it('claims are typed as they are named', () => {
  const { getAuth, requireAuth, verifier } = createExpressAuth<Claims>(options)
  const handler = (req: object): readonly string[] => getAuth(req).claims.roles
  expectTypeOf(handler).returns.toEqualTypeOf<readonly string[]>()
  expectTypeOf<
    Awaited<ReturnType<typeof verifier.verify>>['claims']['sub']
  >().toEqualTypeOf<string>()
  requireAuth({ check: (auth) => auth.claims.roles.includes('admin') })
  const koa = createKoaAuth<Claims>(options)
  koa.requireAuth({ check: (auth, ctx) => auth.claims.roles.includes(ctx.path) })
  expect(linesThatMustNotCompile).toBeTypeOf('function')
})
