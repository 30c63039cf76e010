import { randomBytes } from 'node:crypto'
import type { Claims } from '../claims.ts'
import type { IssuerModel, Shape } from './shape.ts'

/** An issuer whose tokens follow RFC 9068, as no vendor's in particular. */
export const plain: Shape = {
  url: 'https://issuer.test',
  // An issuer identifier has no query and no fragment (RFC 8414 section 2).
  form: /^https?:\/\/[^?#@]+$/,
  alg: 'ES256',
  at({ url, audience }) {
    const { origin, pathname } = new URL(url)
    // A slash at the end of the identifier is removed before /.well-known is added (RFC 8414
    // section 3.1, OpenID Connect Discovery section 4.1).
    const path = pathname.replace(/\/$/, '')
    const base = `${origin}${path}`
    return {
      issuer: url,
      keysAt: `${base}/jwks`,
      metadata: {
        at: [
          `${base}/.well-known/openid-configuration`,
          `${origin}/.well-known/openid-configuration${path}`,
          `${origin}/.well-known/oauth-authorization-server${path}`,
        ],
        says: {
          authorization_endpoint: `${base}/authorize`,
          token_endpoint: `${base}/token`,
          userinfo_endpoint: `${base}/userinfo`,
          grant_types_supported: ['authorization_code', 'client_credentials'],
          token_endpoint_auth_methods_supported: ['client_secret_basic', 'none'],
          code_challenge_methods_supported: ['S256'],
        },
      },
      person: {
        typ: 'at+jwt',
        claims: ({ id }) => ({ sub: 'user-1', aud: audience, client_id: 'client-1', jti: id }),
      },
      machine: {
        typ: 'at+jwt',
        // The subject of a machine is the client itself (RFC 9068 section 2.2).
        claims: ({ id, given: { client_id = 'client-1' } }) => ({
          sub: client_id,
          aud: audience,
          client_id,
          jti: id,
        }),
      },
      idToken: {
        typ: 'JWT',
        claims: (signIn) => ({
          ...signIn.access,
          ...general.idToken.claims(signIn),
          client_id: undefined,
          jti: undefined,
          scope: undefined,
        }),
      },
      logoutToken: {
        typ: 'logout+jwt',
        claims: (signIn) => ({
          ...signIn.access,
          ...general.logoutToken.claims(signIn),
          client_id: undefined,
          scope: undefined,
        }),
      },
      refreshToken: {
        typ: 'JWT',
        claims: ({ id, access }) => ({ ...access, aud: url, jti: id, typ: 'Refresh' }),
      },
    }
  },
}

/** The tokens of an issuer whose shape says nothing else of them. */
export const general: Pick<IssuerModel, 'idToken' | 'refreshToken' | 'logoutToken'> = {
  /** The ID token of a client that sends a nonce (OpenID Connect Core section 2). */
  idToken: {
    typ: 'JWT',
    claims: ({ iat, id, access, atHash }) => ({
      sub: access.sub,
      aud: clientOf(access),
      auth_time: access['auth_time'] ?? iat,
      nonce: id,
      at_hash: atHash,
    }),
  },
  refreshToken: randomBytes(32).toString('base64url'),
  /** OpenID Connect Back-Channel Logout 1.0 section 2.4. */
  logoutToken: {
    typ: 'logout+jwt',
    claims: ({ id, access }) => ({
      sub: access.sub,
      aud: clientOf(access),
      jti: id,
      sid: 'sid' in access ? access['sid'] : 'session-1',
      events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
    }),
  },
}

function clientOf({ client_id, azp }: Claims): string {
  return String(client_id ?? azp ?? 'client-1')
}
