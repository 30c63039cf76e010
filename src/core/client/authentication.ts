import type { PublicKeyAlgorithm } from '../algorithms.ts'
import { own } from '../own-members.ts'
import type { AssertionAudience, Client } from './client-options.ts'
import type { PrivateKey } from './private-key.ts'

/** What a request must carry so that the issuer knows the client. */
export interface Authentication {
  /** The value of the header Authorization, where the client authenticates by it. */
  readonly authorization: string | undefined
  /** The fields of the form by which the client authenticates. */
  readonly form: Readonly<Record<string, string>>
}

/** To whom the client authenticates, and when. */
export interface AuthenticationContext {
  readonly issuer: string
  /** The URL of the endpoint that is called. */
  readonly endpoint: string
  /** The methods that the issuer accepts, if it says so (RFC 8414 section 2). */
  readonly methods: readonly string[] | undefined
  /** The algorithms of `private_key_jwt` that the issuer accepts, if it says so. */
  readonly algorithms: readonly string[] | undefined
  /** Milliseconds since the epoch. */
  now(): number
}

/**
 * Authenticates this API as a client of an issuer (RFC 6749 section 2.3): by `private_key_jwt` where
 * it has a private key; by `client_secret_basic`, which every issuer must accept, unless the issuer
 * says that it accepts `client_secret_post` and not the other.
 */
export async function authenticate(
  { id, proof }: Client,
  context: AuthenticationContext,
): Promise<Authentication> {
  const privateKey = own(proof, 'privateKey') as PrivateKey | undefined
  if (privateKey !== undefined) {
    const audience = context[own(proof, 'audience') as AssertionAudience]
    return byPrivateKey(id, privateKey, audience, context)
  }
  const secret = own(proof, 'secret') as string
  const { methods = [] } = context
  if (methods.includes('client_secret_post') && !methods.includes('client_secret_basic')) {
    return { authorization: undefined, form: { client_id: id, client_secret: secret } }
  }
  // RFC 6749 section 2.3.1: both are form-encoded first, so that a colon in the id is no separator.
  const credentials = `${formEncoded(id)}:${formEncoded(secret)}`
  return { authorization: `Basic ${btoa(credentials)}`, form: {} }
}

function formEncoded(text: string): string {
  return new URLSearchParams({ '': text }).toString().slice(1)
}

/** Seconds that an assertion is good for: it is made anew for every request. */
const assertionLifetime = 60

/**
 * RFC 7523 sections 2.2 and 3. The audience is the issuer, or the very endpoint that is called, never
 * another address that metadata names: metadata of an attacker could name that of another issuer, and
 * the attacker would be given an assertion that is good there.
 */
async function byPrivateKey(
  id: string,
  privateKey: PrivateKey,
  audience: string,
  { algorithms: accepted, now }: AuthenticationContext,
): Promise<Authentication> {
  const [first] = privateKey.algorithms
  const algorithm = privateKey.algorithms.find((name) => accepted?.includes(name)) ?? first
  const iat = Math.floor(now() / 1000)
  const claims = {
    iss: id,
    sub: id,
    aud: audience,
    jti: globalThis.crypto.randomUUID(),
    iat,
    exp: iat + assertionLifetime,
  }
  return {
    authorization: undefined,
    form: {
      client_id: id,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: await privateKey.sign(algorithm as PublicKeyAlgorithm, claims),
    },
  }
}
