import type { TestIssuer } from '../issuer.ts'
import { payloadOf } from './own-tokens.ts'

type Payload = Readonly<Record<string, unknown>>

/** Where issuers name the client: RFC 9068, OpenID Connect, Okta, and Microsoft's v1 tokens. */
const ofClient = ['client_id', 'azp', 'cid', 'appid']
const ofScopes = ['scope', 'scp']

/** The client of an access token, whatever the claim is called. */
export function clientOf(claims: Payload): string | undefined {
  const client = ofClient.map((name) => claims[name]).find((value) => typeof value === 'string')
  return client as string | undefined
}

/** The scopes of an access token, whatever the claim is called. */
export function scopesOf(claims: Payload): readonly string[] {
  const scopes = ofScopes.map((name) => claims[name]).find((value) => value !== undefined)
  if (Array.isArray(scopes)) return scopes
  return typeof scopes === 'string' ? scopes.split(' ').filter(Boolean) : []
}

/** Client and scopes under the names that they have in the tokens of this issuer. */
export function claimsOfRequest(
  issuer: Pick<TestIssuer, 'mint'>,
  { clientId, scopes }: { clientId: string; scopes: readonly string[] },
  options: { machine: true } | Record<string, never>,
): Record<string, unknown> {
  const usual = payloadOf(issuer.mint({}, options))
  const client = ofClient.find((name) => Object.hasOwn(usual, name))
  const scope = ofScopes.find((name) => Object.hasOwn(usual, name)) ?? 'scope'
  const isList = Array.isArray(usual[scope])
  return {
    ...(client !== undefined && { [client]: clientId }),
    ...(scopes.length > 0 && { [scope]: isList ? scopes : scopes.join(' ') }),
  }
}
