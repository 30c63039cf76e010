import type { Auth, IssuerOptions, Profile } from 'tollgate'

/** What an issuer publishes and issues, after its own documentation, with keys of our own. */
export interface Shape {
  readonly options: IssuerOptions
  /** Beside the options of the issuer. */
  readonly allowInsecureHosts?: readonly string[]
  /** Where its keys are. */
  readonly keysAt: string
  /** Its metadata, where it is and what it says beside the place of the keys. */
  readonly metadata?: { readonly at: string; readonly says: Readonly<Record<string, string>> }
  /** The `typ` of the header; undefined for none. */
  readonly typ: string | undefined
  /** The claims beside `iss`, `iat` and `exp`. */
  readonly claims: Readonly<Record<string, unknown>>
  /** What the Auth holds. */
  readonly auth: Partial<Auth>
}

export const api = 'https://api.acme.test'
export const person = '248289761001'

/** Metadata where OIDC Discovery looks for it. */
export function wellKnown(issuer: string): NonNullable<Shape['metadata']> {
  const at = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`
  return { at, says: { issuer } }
}

/** An issuer with plain discovery and the profile 'jwt', as most of them need. */
export function discovered(
  issuer: string,
  keysAt: string,
  {
    typ = 'JWT',
    claims,
    auth = { subject: person },
    audience = api,
  }: {
    readonly typ?: string | null
    readonly claims: Shape['claims']
    readonly auth?: Shape['auth']
    readonly audience?: string
  },
): Shape {
  return {
    options: { issuer, audience, profile: 'jwt' },
    keysAt,
    metadata: wellKnown(issuer),
    typ: typ ?? undefined,
    claims: { sub: person, aud: audience, ...claims },
    auth,
  }
}

/** An issuer whose keys are stated: its `iss` is no URL, or it publishes no metadata. */
export function stated(
  issuer: string,
  jwksUri: string,
  {
    typ = 'JWT',
    claims,
    auth = { subject: person },
    audience = api,
    profile = 'jwt',
  }: {
    readonly typ?: string | null
    readonly claims: Shape['claims']
    readonly auth?: Shape['auth']
    readonly audience?: string
    readonly profile?: 'jwt' | Profile
  },
): Shape {
  return {
    options: { issuer, audience, profile, jwksUri },
    keysAt: jwksUri,
    typ: typ ?? undefined,
    claims: { sub: person, aud: audience, ...claims },
    auth,
  }
}
