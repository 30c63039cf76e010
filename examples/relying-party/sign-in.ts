import {
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  buildEndSessionUrl,
  calculatePKCECodeChallenge,
  discovery,
  randomNonce,
  randomPKCECodeVerifier,
  randomState,
  refreshTokenGrant,
} from 'openid-client'
import type { IdToken, Verifier } from 'tollgate'
import type { Setting } from './identity-provider.ts'

/** What must be kept until the user is back, in the session of this very browser. */
export interface Request {
  readonly state: string
  readonly nonce: string
  readonly codeVerifier: string
}

export interface SignedIn {
  /** Who has signed in, checked. */
  readonly identity: IdToken
  /** The ID token itself, which names the session when it is to end. */
  readonly idToken: string
  /** An opaque access token, for the profile. */
  readonly profileToken: string
  /** A JWT access token, for the API alone. */
  readonly apiToken: string
}

export interface SignIn {
  begin(): Promise<{ readonly url: URL; readonly request: Request }>
  /** @throws if the answer is no good one to this request. */
  finish(answer: URL, request: Request): Promise<SignedIn>
  /** Where the session ends, and what brings the user back. */
  end(idToken: string, state: string): URL
}

/** Seconds. Whoever has signed in at the issuer longer ago must do so again. */
const maxAge = 3600

/** The page as a client of the issuer: authorization code with PKCE, `state` and `nonce`. */
export async function createSignIn(setting: Setting, verifier: Verifier): Promise<SignIn> {
  const { issuer, api, web, client } = setting
  const config = await discovery(new URL(issuer), client.id, client.secret, undefined, {
    // Only because the issuer of this example is an http one on this machine.
    execute: [allowInsecureRequests],
  })

  return {
    async begin() {
      const request = {
        state: randomState(),
        nonce: randomNonce(),
        codeVerifier: randomPKCECodeVerifier(),
      }
      const url = buildAuthorizationUrl(config, {
        redirect_uri: `${web}/callback`,
        scope: 'openid profile email orders:read',
        resource: api,
        state: request.state,
        nonce: request.nonce,
        code_challenge: await calculatePKCECodeChallenge(request.codeVerifier),
        code_challenge_method: 'S256',
        max_age: String(maxAge),
      })
      return { url, request }
    },

    async finish(answer, { state, nonce, codeVerifier }) {
      const tokens = await authorizationCodeGrant(config, answer, {
        expectedState: state,
        expectedNonce: nonce,
        pkceCodeVerifier: codeVerifier,
        idTokenExpected: true,
      })
      const { id_token: idToken = '', refresh_token: refreshToken = '' } = tokens
      // openid-client relies on the connection to the issuer. This checks the signature as well.
      const identity = await verifier.verifyIdToken(idToken, { clientId: client.id, nonce, maxAge })
      // The first access token is for the profile. An API gets one of its own, which opens nothing else.
      const forApi = await refreshTokenGrant(config, refreshToken, {
        resource: api,
        scope: 'orders:read',
      })
      return {
        identity,
        idToken,
        profileToken: tokens.access_token,
        apiToken: forApi.access_token,
      }
    },

    end: (idToken, state) =>
      buildEndSessionUrl(config, {
        id_token_hint: idToken,
        post_logout_redirect_uri: `${web}/signed-out`,
        state,
      }),
  }
}
