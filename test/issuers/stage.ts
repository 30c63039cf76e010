import { decodeProtectedHeader } from 'jose'
import type { Auth, AuthError, FetchLike, IssuerOptions, Verifier, VerifierOptions } from 'tollgate'
import { createVerifier } from 'tollgate'
import { createAuth } from 'tollgate/fetch'
import type { HostileOptions, IssuerShape, TestIssuer } from 'tollgate/testing'
import { assertRejectsHostileTokens, createTestIssuer } from 'tollgate/testing'
import { describe, expect, it } from 'vitest'
import { signingBy } from '../keys.ts'

/** A token as an issuer makes it, beside `iss`, `iat` and `exp`. */
export interface Token {
  /** The `typ` of the header. Default: none. */
  readonly typ?: string
  readonly claims: Readonly<Record<string, unknown>>
  /** What signs it, where that is not the key that the issuer publishes. */
  readonly key?: 'attacker' | 'unpublished'
}

/** What an issuer publishes and issues, after its own documentation, with keys of our own. */
export interface Scene {
  /** What the preset gives. */
  readonly issuer: IssuerOptions
  /** The audience of the verifier, where the preset states none. */
  readonly audience?: string | readonly string[]
  /** Where the issuer publishes its keys. */
  readonly keysAt: string
  /** What each published key says beside its numbers. */
  readonly keyMembers?: Readonly<Record<string, unknown>>
  /** Where its metadata is, and what that says beside the location of the keys. Default: none. */
  readonly metadata?: { readonly at: string; readonly says: Readonly<Record<string, unknown>> }
  /** The algorithm of its keys. Default: RS256. */
  readonly alg?: 'RS256' | 'ES256'
  /** A good access token. Claims of other tokens in the tables replace its claims. */
  readonly token: Token
}

/** Replaces claims of the good token; `undefined` removes one. `typ: null` removes the `typ`. */
export interface Change {
  readonly typ?: string | null
  readonly claims?: Readonly<Record<string, unknown>>
  readonly key?: Token['key']
  /** Changes the token as it is sent. */
  readonly as?: (token: string) => string
}

/** An API behind a preset, and an issuer that is imitated. Nothing is fetched from a network. */
export interface Stage {
  readonly keys: TestIssuer
  readonly verifier: Verifier
  /** What was fetched, in order. */
  readonly fetched: readonly string[]
  readonly options: VerifierOptions
  mint(change?: Change): string
  /** The Auth of a token, or the reason why it was refused. */
  outcomeOf(token: string): Promise<Auth | string>
}

const signingKeys = {
  RS256: signingBy('RS256').keys[0],
  ES256: signingBy('ES256').keys[0],
}

export function createStage(scene: Scene): Stage {
  const { issuer, audience, keysAt, metadata, token, alg = 'RS256' } = scene
  const { aud } = token.claims
  const keys = createTestIssuer({
    url: urlOf(issuer),
    keys: [signingKeys[alg]],
    ...(aud !== undefined && { audience: [aud].flat() as string[] }),
  })
  const fetched: string[] = []
  const fetch: FetchLike = async (url) => {
    fetched.push(url)
    if (url === keysAt) {
      return Response.json({ keys: keys.jwks.keys.map((key) => ({ ...key, ...scene.keyMembers })) })
    }
    if (url === metadata?.at) return Response.json({ ...metadata.says, jwks_uri: keysAt })
    return new Response(null, { status: 404 })
  }
  const options: VerifierOptions = {
    issuer,
    ...(audience !== undefined && { audience }),
    fetch,
    now: keys.now,
  }
  const verifier = createVerifier(options)
  return {
    keys,
    verifier,
    fetched,
    options,
    mint: (change = {}) => {
      const iat = Math.floor(keys.now() / 1000)
      const typ = change.typ === undefined ? token.typ : (change.typ ?? undefined)
      const payload = { iss: issuer.issuer, iat, exp: iat + 300, ...token.claims, ...change.claims }
      const minted = keys.mint(
        {},
        {
          raw: JSON.stringify(payload),
          header: { typ, ...(change.key && { kid: keys.keys.current.publicJwk.kid }) },
          ...(change.key && { key: change.key }),
        },
      )
      return change.as === undefined ? minted : change.as(minted)
    },
    outcomeOf: (given) => verifier.verify(given).catch(({ reason }: AuthError) => String(reason)),
  }
}

/** The test issuer needs a URL; an `iss` that is none stands in the tokens alone. */
function urlOf({ issuer }: IssuerOptions): string {
  return /^https?:/.test(issuer) ? issuer : 'https://issuer.test'
}

/** One row of a table: what the token is, how it differs from the good one, what comes of it. */
export type Accepted = readonly [what: string, change: Change, auth: Partial<Auth>]
export type Refused = readonly [what: string, reason: string, change: Change]

/**
 * What holds for every preset: the table of what it accepts and of what it refuses, with the reason;
 * tokens that an attacker, another issuer or another API made; and the hostile catalogue.
 *
 * @param hostile How the catalogue is run, whose good token is that of the scene: the levels, for a
 * preset whose tokens do not follow RFC 9068; what is left out, and why.
 */
export function describePreset(
  name: string,
  scene: Scene,
  {
    accepted,
    refused,
    hostile,
  }: {
    readonly accepted: readonly Accepted[]
    readonly refused: readonly Refused[]
    readonly hostile: Pick<HostileOptions, 'levels' | 'skip'>
  },
): void {
  describe(`the preset ${name}`, () => {
    it.each(accepted)(`${name} accepts %s, fresh and cached`, async (_, change, auth) => {
      const { outcomeOf, mint } = createStage(scene)
      const token = mint(change)
      for (let i = 0; i < 2; i++) {
        expect(await outcomeOf(token)).toMatchObject({ issuer: scene.issuer.issuer, ...auth })
      }
    })

    it.each(refused)(`${name} refuses %s: %s`, async (_, reason, change) => {
      const { outcomeOf, mint } = createStage(scene)
      expect(await outcomeOf(mint(change))).toBe(reason)
    })

    it(`T1, T4, T6: ${name} refuses tokens that are forged, expired, of another issuer or for another API`, async () => {
      const { outcomeOf, mint, keys } = createStage(scene)
      const elsewhere = { aud: 'https://elsewhere.test', azp: 'other', client_id: 'other' }
      expect(await outcomeOf(mint())).toBeTypeOf('object')
      expect(await outcomeOf(mint({ key: 'attacker' }))).toBe('signature')
      expect(await outcomeOf(mint({ claims: { iss: `${scene.issuer.issuer}x` } }))).toBe('issuer')
      expect(['audience', 'token-type']).toContain(await outcomeOf(mint({ claims: elsewhere })))
      expect(await outcomeOf(mint({ claims: { aud: 'https://elsewhere.test' } }))).toBe('audience')
      const old = mint()
      keys.clock.advance(311)
      expect(await outcomeOf(old)).toBe('expired')
    })

    if (!keysElsewhere.includes(name)) {
      it(`the test issuer of the shape publishes what ${name} needs where this issuer does`, async () => {
        const shape = name.split(' ')[0] as IssuerShape
        const { alg = 'RS256', keysAt, keyMembers = {}, metadata, token } = scene
        const { issuer: url } = scene.issuer
        const issuer = createTestIssuer({ shape, url, keys: [signingKeys[alg]] })
        const read = async (at: string): Promise<unknown> => (await issuer.fetch(at)).json()
        const { x5t: _, x5c: __, ...members } = { ...keyMembers }
        expect(await read(keysAt)).toMatchObject({ keys: [members] })
        if (metadata) {
          const { href } = new URL(keysAt)
          expect(await read(metadata.at)).toMatchObject({ ...metadata.says, jwks_uri: href })
        }
        expect(decodeProtectedHeader(issuer.mint()).typ).toBe(token.typ)
      })
    }

    it(`what ${name} gives is frozen deeply`, () => {
      expectFrozen(scene.issuer)
    })

    it(`an API behind ${name} refuses every hostile token of the catalogue`, async () => {
      const { options, keys } = createStage(scene)
      const { guard } = createAuth(options)
      const { problems } = await assertRejectsHostileTokens(
        { fetch: guard(() => new Response('ok')) },
        { issuer: shaped(keys, scene.token), path: '/', ...hostile },
      )
      expect(problems).toEqual([])
    })
  })
}

/** The test issuer, whose good token is that of the scene. */
function shaped(issuer: TestIssuer, { typ, claims: own }: Token): TestIssuer {
  const none = { sub: undefined, client_id: undefined, jti: undefined, ...own }
  const mint: TestIssuer['mint'] = (claims, options) =>
    issuer.mint({ ...none, ...claims }, { ...options, header: { typ, ...options?.header } })
  return Object.defineProperties({} as TestIssuer, {
    ...Object.getOwnPropertyDescriptors(issuer),
    mint: { value: mint },
  })
}

/** The `iss` of these issuers does not tell where their keys are: those of their shape are elsewhere. */
const keysElsewhere: readonly string[] = ['fusionauth', 'spiffe with an issuer']

/** Why cases about RFC 9068 are left out where an issuer does not follow it. */
export const notRfc9068 = {
  'typ/jwt': 'the good token has this type',
  'client_id/missing': 'the issuer names the client otherwise, or not at all',
  'jti/missing': 'the issuer does not always state it',
} as const

function expectFrozen(value: unknown): void {
  if (typeof value !== 'object' || value === null) return
  expect(Object.isFrozen(value)).toBe(true)
  for (const member of Object.values(value)) expectFrozen(member)
}

/** A table of options that a preset refuses, with what its message says. */
export function describeWrongOptions<O>(
  name: string,
  preset: (options: O) => unknown,
  good: O,
  wrong: readonly (readonly [what: string, options: object, message: RegExp])[],
): void {
  describe(`wrong options of ${name}`, () => {
    it.each(wrong)(`T16: ${name} with %s is refused`, (_, options, message) => {
      const call = (): unknown => preset({ ...good, ...options } as O)
      expect(call).toThrow(TypeError)
      expect(call).toThrow(message)
      expect(call).toThrow(
        new RegExp(`^tollgate: (unknown option '\\S+' in )?option '\\S+' of ${name}\\(\\):? `),
      )
    })

    it(`T16: ${name} refuses what is no object of options, and options that it does not know`, () => {
      // Where every option may be left out, so may all of them.
      const isOptional = preset.length === 0
      for (const given of [...(isOptional ? [] : [undefined]), null, 'acme', [], new Map()]) {
        expect(() => preset(given as O)).toThrow(
          new RegExp(`^tollgate: the options of ${name}\\(\\) must be a plain object`),
        )
      }
      expect(() => preset({ ...good, tenent: 'x' } as O)).toThrow(
        new RegExp(`^tollgate: unknown option 'tenent' in the options of ${name}\\(\\)`),
      )
    })
  })
}
