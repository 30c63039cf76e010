import type {
  Auth,
  DeepReadonly,
  FetchLike,
  IssuerOptions,
  JWTPayload,
  StandardSchema,
  Verifier,
  VerifierOptions,
} from 'tollgate'
import { createVerifier } from 'tollgate'
import { createAuth } from 'tollgate/fetch'
import { createMemoryStore } from 'tollgate/revocation'
import type { fetch as undiciFetch } from 'undici'
import type { fetch as undici6Fetch } from 'undici6'
import * as v from 'valibot'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { z } from 'zod'

const options = { issuer: 'https://login.example.com', audience: 'https://api.example.com' }

interface Claims {
  sub: string
  roles: string[]
  address: { city: string }
}

type ClaimsOf<V> = V extends Verifier<infer C> ? C : never

describe('the type of claims of a verifier', () => {
  it('the claims of a verifier have the type of a JWT payload by default', () => {
    const verifier = createVerifier(options)
    expectTypeOf(verifier).toEqualTypeOf<Verifier<JWTPayload>>()
    expectTypeOf<Auth['claims']['anything']>().toEqualTypeOf<unknown>()
  })

  it('the claims of a verifier have the type of its type argument', () => {
    const verifier = createVerifier<Claims>(options)
    expectTypeOf<Awaited<ReturnType<typeof verifier.verify>>>().toEqualTypeOf<Auth<Claims>>()
    expectTypeOf<Auth<Claims>['claims']['roles']>().toEqualTypeOf<readonly string[]>()
  })

  it('options of the type VerifierOptions make a verifier whose claims have the stated type', () => {
    const given: VerifierOptions = options
    expectTypeOf(createVerifier<Claims>(given)).toEqualTypeOf<Verifier<Claims>>()
    expectTypeOf(createVerifier<Claims>({ ...given, tokenCache: false })).toEqualTypeOf<
      Verifier<Claims>
    >()
    expectTypeOf(createVerifier(given)).toEqualTypeOf<Verifier>()
    const typed: VerifierOptions<Claims> = options
    expectTypeOf(createVerifier(typed)).toEqualTypeOf<Verifier<Claims>>()
    expectTypeOf<ReturnType<typeof createVerifier<Claims>>>().toEqualTypeOf<Verifier<Claims>>()
  })

  it('the claims of a verifier have the output type of its schema, not the input type', () => {
    const inZod = createVerifier({
      ...options,
      claims: z.object({
        roles: z.string().transform((roles) => roles.split(' ')),
        tenant: z.string().default('none'),
        level: z.coerce.number(),
        nickname: z.string().optional(),
      }),
    })
    interface Out {
      roles: string[]
      tenant: string
      level: number
      nickname?: string | undefined
    }
    expectTypeOf<ClaimsOf<typeof inZod>>().toEqualTypeOf<Out>()
    const inValibot = createVerifier({
      ...options,
      claims: v.object({
        roles: v.pipe(
          v.string(),
          v.transform((roles) => roles.split(' ')),
        ),
        tenant: v.optional(v.string(), 'none'),
        level: v.pipe(v.string(), v.toNumber()),
        nickname: v.exactOptional(v.string()),
      }),
    })
    expectTypeOf<ClaimsOf<typeof inValibot>>().toEqualTypeOf<{
      roles: string[]
      tenant: string
      level: number
      nickname?: string
    }>()
  })

  it('the claims of a verifier may be unions, records, or the output of an asynchronous or hand-written schema', () => {
    const union = createVerifier({
      ...options,
      claims: z.discriminatedUnion('kind', [
        z.object({ kind: z.literal('person'), name: z.string() }),
        z.object({ kind: z.literal('machine'), owner: z.string() }),
      ]),
    })
    expectTypeOf<ClaimsOf<typeof union>['kind']>().toEqualTypeOf<'person' | 'machine'>()
    const record = createVerifier({ ...options, claims: v.record(v.string(), v.unknown()) })
    expectTypeOf<ClaimsOf<typeof record>>().toEqualTypeOf<Record<string, unknown>>()
    const asynchronous = createVerifier({
      ...options,
      claims: v.pipeAsync(
        v.object({ sub: v.string() }),
        v.checkAsync(async ({ sub }) => sub !== ''),
      ),
    })
    expectTypeOf<ClaimsOf<typeof asynchronous>>().toEqualTypeOf<{ sub: string }>()
    const byHand = {
      '~standard': {
        version: 1,
        vendor: 'us',
        validate: async (value: unknown) => ({ value: value as Claims }),
      },
    } as const
    const ours = createVerifier({ ...options, claims: byHand })
    expectTypeOf<ClaimsOf<typeof ours>>().toEqualTypeOf<Claims>()
    const fn = Object.assign((_: unknown) => undefined, byHand)
    expectTypeOf(createVerifier({ ...options, claims: fn })).toEqualTypeOf<Verifier<Claims>>()
  })

  it('the claims of a verifier keep their type when the schema may be undefined', () => {
    const schema = undefined as StandardSchema<Claims> | undefined
    expectTypeOf(createVerifier({ ...options, claims: schema })).toEqualTypeOf<Verifier<Claims>>()
    expectTypeOf(createVerifier({ ...options, claims: undefined })).toEqualTypeOf<Verifier>()
  })

  it('the type of frozen claims keeps branded types', () => {
    const schema = z.object({ id: z.string().brand<'UserId'>(), n: z.number().brand('N') })
    const verifier = createVerifier({ ...options, claims: schema })
    type Seen = Awaited<ReturnType<typeof verifier.verify>>['claims']
    expectTypeOf<Seen>().toEqualTypeOf<Readonly<z.output<typeof schema>>>()
    const id = (claims: Seen): string => claims.id
    expectTypeOf(id).returns.toBeString()
    type Branded = v.InferOutput<typeof inValibot>
    const inValibot = v.object({ id: v.pipe(v.string(), v.brand('UserId')) })
    expectTypeOf<DeepReadonly<Branded>>().toEqualTypeOf<Readonly<Branded>>()
  })

  it('the type of frozen claims leaves any, never and unknown unchanged', () => {
    // biome-ignore lint/suspicious/noExplicitAny: this test is about the type any
    expectTypeOf<DeepReadonly<{ a: any }>['a']>().toBeAny()
    expectTypeOf<DeepReadonly<{ a: never }>['a']>().toBeNever()
    expectTypeOf<DeepReadonly<unknown>>().toBeUnknown()
  })

  it('the type of frozen claims keeps tuples, unions and optional members', () => {
    const schema = z.object({
      pair: z.tuple([z.string(), z.number()]),
      deep: z.array(z.object({ list: z.array(z.number()) })),
      maybe: z.object({ on: z.boolean() }).nullable(),
      record: z.record(z.string(), z.array(z.string())),
    })
    const verifier = createVerifier({ ...options, claims: schema })
    type Seen = Awaited<ReturnType<typeof verifier.verify>>['claims']
    expectTypeOf<Seen['pair']>().toEqualTypeOf<readonly [string, number]>()
    expectTypeOf<Seen['deep']>().toEqualTypeOf<readonly { readonly list: readonly number[] }[]>()
    expectTypeOf<Seen['maybe']>().toEqualTypeOf<{ readonly on: boolean } | null>()
    expectTypeOf<Seen['record']>().toEqualTypeOf<{ readonly [x: string]: readonly string[] }>()
  })
})

/** This function is compiled but never called. No line below a `@ts-expect-error` may compile. */
function linesThatMustNotCompile(auth: Auth<Claims>): void {
  // @ts-expect-error Claims are frozen, because a cached token gives them to several callers.
  auth.claims.roles.sort()
  // @ts-expect-error
  auth.claims.roles.push('admin')
  // @ts-expect-error
  auth.claims.roles[0] = 'admin'
  // @ts-expect-error
  auth.claims.address.city = 'x'
  // @ts-expect-error
  delete auth.claims.address
  // @ts-expect-error
  auth.scopes.push('admin')
  // @ts-expect-error
  auth.subject = 'root'
  // @ts-expect-error
  auth.claims = { sub: 'root', roles: [], address: { city: '' } }
  const names = (roles: string[]): string => roles.join()
  // @ts-expect-error A function with a parameter that is no readonly array may change the array.
  names(auth.claims.roles)
  // @ts-expect-error
  createVerifier()
  // @ts-expect-error
  createVerifier({ audience: 'https://api.example.com' })
  // @ts-expect-error
  createVerifier({ ...options, issuer: undefined })
  // @ts-expect-error
  createVerifier({ ...options, audience: undefined })
  // @ts-expect-error
  createVerifier({ ...options, audiance: 'x' })
  // @ts-expect-error
  createVerifier({ ...options, algorithms: ['none'] })
  // @ts-expect-error
  createVerifier({ ...options, algorithms: ['HS257'] })
  // @ts-expect-error
  createVerifier({ ...options, profile: 'lax' })
  // @ts-expect-error This option belongs to a later version.
  createVerifier({ ...options, dpop: {} })
  // @ts-expect-error
  createVerifier({ ...options, claims: {} })
  // @ts-expect-error
  createVerifier({ ...options, claims: z.object })
  // @ts-expect-error
  createVerifier({ ...options, claims: (claims: unknown) => claims })
  // @ts-expect-error
  createVerifier({ ...options, claims: { '~standard': { version: 2, vendor: 'us', validate } } })
  // @ts-expect-error
  createVerifier({ ...options, claims: z.string() })
  // @ts-expect-error
  createVerifier({ ...options, claims: z.object({}).optional() })
  // @ts-expect-error
  createVerifier({ ...options, claims: v.nullable(v.object({})) })
  // @ts-expect-error
  createVerifier({ ...options, claims: z.unknown() })
  // @ts-expect-error
  createVerifier<Claims>({ ...options, claims: z.object({ sub: z.string() }) })
  // @ts-expect-error
  createVerifier<{ sub: string }>({ ...options, claims: v.object({ sub: v.number() }) })
  const inZod = { ...options, claims: z.object({ sub: z.string() }) }
  // @ts-expect-error The schema gives claims of another type, wherever the options are written.
  createVerifier<Claims>(inZod)
  const inValibot = { ...options, claims: v.object({ sub: v.string() }) }
  // @ts-expect-error
  createVerifier<Claims>(inValibot)
  const noObject = { ...options, claims: z.string() }
  // @ts-expect-error
  createVerifier(noObject)
  // @ts-expect-error
  createVerifier<{ tenant: string }>(options as VerifierOptions<Claims>)
  // @ts-expect-error
  createVerifier<string>(options)
  // @ts-expect-error Nothing reads a second argument.
  createVerifier(options, {})
}

const validate = (value: unknown) => ({ value: value as Claims })

it('wrong uses of createVerifier and of claims do not compile', () =>
  expect(linesThatMustNotCompile).toBeTypeOf('function'))

describe('the type of the option fetch', () => {
  it('the fetch of the platform and those of undici 7 and 6 are accepted without a cast', () => {
    expectTypeOf<typeof globalThis.fetch>().toExtend<FetchLike>()
    expectTypeOf<typeof undiciFetch>().toExtend<FetchLike>()
    expectTypeOf<typeof undici6Fetch>().toExtend<FetchLike>()
    expectTypeOf<typeof globalThis.fetch>().toExtend<NonNullable<VerifierOptions['fetch']>>()
    expectTypeOf<typeof undiciFetch>().toExtend<NonNullable<IssuerOptions['fetch']>>()
  })

  it('functions around a fetch are accepted without a cast', () => {
    const undici: typeof undiciFetch = () => expect.fail('is never called')
    const platform: typeof globalThis.fetch = () => expect.fail('is never called')
    expectTypeOf(
      createVerifier({
        ...options,
        fetch: (url, init) => undici(url, { ...init, dispatcher: {} as never }),
      }),
    ).toEqualTypeOf<Verifier>()
    expectTypeOf(
      createVerifier({
        ...options,
        issuer: {
          issuer: options.issuer,
          fetch: async (url, init) => {
            const headers = { ...init.headers, authorization: 'Bearer of-the-cluster' }
            return platform(url, { ...init, headers })
          },
        },
      }),
    ).toEqualTypeOf<Verifier>()
  })

  it('what gives no answer with a status, headers and a body is not accepted', () => {
    expectTypeOf<() => Promise<string>>().not.toExtend<FetchLike>()
    expectTypeOf<() => Promise<{ status: number }>>().not.toExtend<FetchLike>()
    expectTypeOf<(url: URL) => ReturnType<FetchLike>>().not.toExtend<FetchLike>()
  })
})

describe('the type of the option revocation', () => {
  const schema = z.object({ tenant: z.string() })

  it('a function is given an Auth with the claims of the verifier, stated or from a schema', () => {
    createVerifier({
      ...options,
      revocation: (auth) => {
        expectTypeOf(auth).toEqualTypeOf<Auth>()
        return false
      },
    })
    createVerifier<Claims>({
      ...options,
      revocation: async (auth) => {
        expectTypeOf(auth).toExtend<Auth<Claims>>()
        expectTypeOf(auth.claims.address.city).toEqualTypeOf<string>()
        return false
      },
    })
    createVerifier({
      ...options,
      claims: schema,
      revocation: (auth) => auth.claims.tenant === 'removed',
    })
    createAuth({
      issuer: options.issuer,
      audience: options.audience,
      claims: schema,
      revocation: (auth) => auth.claims.tenant === 'removed',
    })
  })

  it('a function that knows no special claims, and a store, fit every verifier', () => {
    const revocation = (auth: Auth): boolean => auth.subject === ''
    const given: VerifierOptions = { ...options, revocation }
    expectTypeOf(createVerifier<Claims>(given)).toEqualTypeOf<Verifier<Claims>>()
    createVerifier<Claims>({ ...options, revocation })
    createVerifier<Claims>({ ...options, revocation: createMemoryStore() })
    const verifier = createVerifier({ ...options, claims: schema, revocation })
    expectTypeOf(verifier).toEqualTypeOf<Verifier<{ tenant: string }>>()
  })

  it('a function that may give anything but true and false does not compile', () => {
    // @ts-expect-error undefined is no answer
    const undecided = () => createVerifier({ ...options, revocation: () => undefined })
    // @ts-expect-error a text is no answer
    const text = () => createVerifier({ ...options, revocation: async () => 'no' })
    expect([undecided, text]).toHaveLength(2)
  })
})
