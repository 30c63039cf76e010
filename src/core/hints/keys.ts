import { isHmac } from '../algorithms.ts'
import type { UnavailableError } from '../errors.ts'
import { printable } from '../events.ts'
import type { ActiveIssuer } from '../issuers/active-issuer.ts'
import { detailOf } from '../jwt/details.ts'
import type { Key } from '../keys/key.ts'
import { own } from '../own-members.ts'
import type { Explain } from './refused.ts'
import { counted, duration, quoted } from './wording.ts'

export const unknownKeyHint: Explain = ({ header, issuer }) => {
  const { alg, kid } = header as { alg: string; kid?: string }
  const keys = keysOf(issuer)
  // A key without a kid serves tokens with any kid.
  const bound = keys
    .filter((key) => key.kid === kid || key.kid === undefined)
    .find((key) => key.boundTo !== undefined)?.boundTo
  if (bound !== undefined) {
    return `the token is signed by ${alg}, and its key is used with ${bound} alone, because the first token accepted with it was signed so: have the issuer state 'alg' in its published keys, or allow only one algorithm`
  }
  if (kid === undefined) {
    const fitting = keys.filter((key) => key.fits(alg)).length
    return `the token names no key (kid), and ${fitting} of the issuer's ${counted(keys.length, 'key')} fit ${alg}, where exactly one must: have the issuer write kid into the header`
  }
  const loaded = `${counted(keys.length, 'key')} loaded`
  if (keys.some((key) => key.kid === kid)) {
    return `the issuer has a key ${quoted(kid)} (${loaded}), but not for ${alg}: its alg, kty or crv says so. Have the issuer sign with the algorithm that the key states`
  }
  return `the token's kid is ${quoted(kid)}, and no key of the issuer has it (${loaded}). ${refetch(issuer)}. Otherwise another server has signed the token: have the client get it from this issuer (Okta: from a custom authorization server, as the org server publishes no keys)`
}

function keysOf(issuer: ActiveIssuer | undefined): readonly Key[] {
  return issuer?.keys.loaded()?.keys ?? []
}

/** When keys are fetched for a token with an unknown key. */
function refetch(issuer: ActiveIssuer | undefined): string {
  const wait = issuer?.keys.untilForced()
  if (wait === undefined) return "The keys stand in the option 'jwks': add the new one there"
  return wait > 0
    ? `If the issuer has just changed its keys, there is nothing to do: the next such token after ${duration(wait)} (option keys.cooldown) has them fetched again`
    : 'If the issuer has just changed its keys, there is nothing to do: the next such token has them fetched again'
}

export const signatureHint: Explain = ({ header, issuer }) => {
  if (isHmac(header?.alg)) {
    return "the token is not signed with the secret in the option 'secret' of the issuer, as expected: it was changed or cut on the way, or the issuer has another secret, or the same one read otherwise. Where the issuer shows it as base64 or hex, decode it first"
  }
  const kid = header?.kid
  const isNamed = kid !== undefined && keysOf(issuer).some((key) => key.kid === kid)
  const key = isNamed ? `the issuer's key ${quoted(kid)}` : 'the only key of the issuer that fits'
  const why =
    own(header, 'nonce') === undefined
      ? 'it was changed or cut on the way, or signed by another environment with the same names'
      : 'its header has a nonce, so it is one of the tokens of Entra ID for Microsoft Graph, which only Graph can check. Have the client ask for a scope of this API'
  return `the token is not signed by ${key}, as expected: ${why}`
}

/** Characters of a text that the library has made of its own words and of a document's. */
const longestError = 200

export const keysHint: Explain = ({ error, issuer }) => {
  const health = issuer?.keys.health()
  const { retryAfter } = error as UnavailableError
  const why =
    health?.lastError === undefined
      ? 'see health() and the key events'
      : printable(health.lastError, longestError)
  const what = health?.usable
    ? "none of the issuer's loaded keys is the token's, and newer ones cannot be fetched"
    : 'the keys of the issuer cannot be fetched'
  return `${what} (${quoted(issuer?.issuer ?? '')}): ${why}. The answer is 503, and the next request after ${duration(retryAfter)} tries again: check that address, and this API's network and proxy`
}

export const resolverHint: Explain = ({ error }) =>
  `the issuer resolver failed: ${detailOf(error, 'resolver') ?? 'see the event resolver.failed'}. Expected is an object with the issuer's options, or undefined for an issuer that is not trusted`
