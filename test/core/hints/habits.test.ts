import type { VerifierOptions } from 'tollgate'
import { createTestIssuer } from 'tollgate/testing'
import { describe, expect, it } from 'vitest'
import { createStage, encode, issuer, mint, refusalOf } from './refusals.ts'

const lax = { profile: 'jwt' } as const
const jwt = { typ: 'JWT' }
const tenant = '9188040d-6c67-4b5b-b112-36a304b66dad'
const v1 = `https://sts.windows.net/${tenant}/`
const v2 = `https://login.microsoftonline.com/${tenant}/v2.0`
const api = issuer.audience as string

type Habit = readonly [
  what: string,
  token: string,
  options: Partial<VerifierOptions>,
  reason: string,
  hint: RegExp,
]

/** Tokens as well-known issuers make them, and configurations that do not fit them. */
const habits: readonly Habit[] = [
  [
    'Auth0: the issuer without its slash',
    mint({ iss: 'https://acme.eu.auth0.com/' }),
    { issuer: 'https://acme.eu.auth0.com' },
    'issuer',
    /iss is 'https:\/\/acme\.eu\.auth0\.com\/', .* trailing slash\. Write the issuer as the token does/,
  ],
  [
    'Auth0: a token without an audience of an API',
    `${encode({ alg: 'dir', enc: 'A256GCM', iss: 'https://acme.eu.auth0.com/' })}..AA.AA.AA`,
    {},
    'encrypted',
    /Auth0 .* have the client send audience/,
  ],
  [
    'Auth0: a token for the issuer itself',
    mint({ aud: ['https://acme.eu.auth0.com/userinfo'] }),
    {},
    'audience',
    /userinfo'.*for the issuer itself.*parameter audience/,
  ],
  ['Auth0: its own dialect', mint({}, jwt), {}, 'token-type', /'JWT', .*Auth0.*profile: 'jwt'/],
  [
    'Okta: a token of the org authorization server',
    mint({}, { typ: 'application/okta-internal-at+jwt' }),
    lax,
    'token-type',
    /Okta's org authorization server are for Okta alone/,
  ],
  [
    'Keycloak: no audience mapper',
    mint({ aud: 'account', azp: 'web' }, jwt),
    lax,
    'audience',
    /aud is 'account', .*Keycloak.*mapper of type Audience/,
  ],
  [
    'Keycloak: no audience at all',
    mint({ aud: undefined, client_id: undefined, azp: 'web', typ: 'Bearer' }, jwt),
    lax,
    'audience',
    /aud is missing, .*Keycloak: a mapper of type Audience/,
  ],
  [
    'Keycloak: another host name inside the network',
    mint({ iss: 'https://keycloak.internal:8443/realms/acme' }),
    { issuer: 'https://login.acme.test/realms/acme' },
    'issuer',
    /path is the same, at another host, port or scheme.*Keycloak: hostname/,
  ],
  [
    'Keycloak: a client without the scope basic',
    mint({ sub: undefined }, jwt),
    lax,
    'claims',
    /'sub' is missing, .*Keycloak: the client scope 'basic'/,
  ],
  [
    'Keycloak: at+jwt without a client_id',
    mint({ client_id: undefined, azp: 'web' }),
    {},
    'claims',
    /'client_id' is missing, .*profile: 'jwt'/,
  ],
  [
    'Entra ID: a v1.0 token, and the issuer of v2.0',
    mint({ iss: v1 }),
    { issuer: v2 },
    'issuer',
    /this is a v1\.0 token of the same Entra ID tenant.*requestedAccessTokenVersion/,
  ],
  [
    'Entra ID: a v2.0 token, and the issuer of v1.0',
    mint({ iss: v2 }),
    { issuer: ['https://other.test', v1] },
    'issuer',
    /expected is 'https:\/\/sts\.windows\.net\/.*a v2\.0 token of the same Entra ID tenant/,
  ],
  [
    'Entra ID: the issuer by the domain of the tenant',
    mint({ iss: v2 }),
    { issuer: 'https://login.microsoftonline.com/acme.onmicrosoft.com/v2.0' },
    'issuer',
    /another tenant of Entra ID, or yours by its id instead of its domain/,
  ],
  [
    'Entra ID: the audience of v1.0 in a verifier for v2.0',
    mint({ aud: `api://${tenant}` }),
    { audience: tenant },
    'audience',
    /Entra ID names an API by its id in v2\.0 tokens/,
  ],
  [
    'Entra ID: a token for Microsoft Graph',
    mint({ aud: '00000003-0000-0000-c000-000000000000' }),
    {},
    'audience',
    /for Microsoft Graph.*scope of this API/,
  ],
  [
    'Azure AD B2C: a nonce in the access token',
    mint({ nonce: 'secret-nonce' }, jwt),
    lax,
    'token-type',
    /'nonce' often marks ID tokens, and nothing says that this is an access token.*'scp'/,
  ],
  [
    'AWS Cognito: an access token, which has no aud',
    mint({ aud: undefined, token_use: 'access' }, jwt),
    lax,
    'audience',
    /aud is missing, .*audience: 'client_id' and accessToken: \{ claim: 'token_use', is: 'access' \}/,
  ],
  [
    'AWS Cognito: an ID token',
    mint({ token_use: 'id' }, jwt),
    lax,
    'token-type',
    /'token_use' says that this is another kind/,
  ],
  [
    'Clerk: azp instead of aud',
    mint({ aud: undefined, client_id: undefined, azp: 'https://app.acme.test' }, jwt),
    lax,
    'audience',
    /Clerk.*audience: 'azp'/,
  ],
  ['Ory Hydra: no audience', mint({ aud: [] }, jwt), lax, 'audience', /aud is an empty list/],
  [
    'Ory Hydra: opaque',
    'ory_at_Jb2mXq7Yc4.ZrWv8Kd-Lq',
    {},
    'opaque',
    /Ory Hydra: strategies\.access_token: jwt/,
  ],
  ['Google: a user access token', 'ya29.a0AfH6SMBx-3.VgT8lqYw', {}, 'opaque', /Google/],
  [
    'Spring Authorization Server: the client as audience',
    mint({ aud: 'the-client', client_id: 'the-client' }),
    {},
    'audience',
    /aud is 'the-client', .*this names the client/,
  ],
  [
    'Duende: a list of scopes under RFC 9068',
    issuer.mint({}, { raw: JSON.stringify({ ...claimsOf(mint()), scope: ['a'] }) }),
    {},
    'claims',
    /'scope' is a list, .*profile: 'jwt'/,
  ],
  [
    'Supabase: a shared secret',
    mint({}, { alg: 'HS256' }),
    lax,
    'algorithm',
    /alg is 'HS256', .*shared secret.*Supabase/,
  ],
  [
    'AWS ALB: padded segments',
    mint()
      .split('.')
      .map((part) => `${part}=`)
      .join('.'),
    {},
    'malformed',
    /no padding/,
  ],
  ['SPIFFE: no iss', mint({ iss: undefined }, { typ: 'JOSE' }), lax, 'token-type', /typ is 'JOSE'/],
]

function claimsOf(token: string): object {
  return JSON.parse(Buffer.from(token.split('.')[1] as string, 'base64url').toString())
}

describe('hints for the habits of known issuers', () => {
  it.each(habits)('%s', async (_, token, options, reason, hint) => {
    const refusal = await refusalOf(token, options)
    expect(refusal.reason).toBe(reason)
    expect(refusal.hint).toMatch(hint)
    expect(refusal.hint).not.toMatch(/secret-/)
  })
})

describe('hints that must not mislead', () => {
  it('an aud that holds the API and something that is no string is not called a trailing slash', async () => {
    const raw = JSON.stringify({ ...claimsOf(mint()), aud: [api, null] })
    const { hint } = await refusalOf(issuer.mint({}, { raw }))
    expect(hint).toMatch(/aud is a list with a member that is no string/)
    expect(hint).not.toMatch(/slash/)
  })

  it('a nonce is not called a proof of an ID token', async () => {
    const { hint } = await refusalOf(mint({ nonce: 'secret-nonce' }, jwt), lax)
    expect(hint).not.toMatch(/not the ID token|another kind/)
  })

  it("the profile 'jwt' is not advised where it is set", async () => {
    for (const header of [{ typ: 'JOSE' }, { typ: 'logout+jwt' }, { typ: null }]) {
      expect((await refusalOf(mint({}, header), lax)).hint).not.toMatch(/profile: 'jwt'/)
    }
    for (const claims of [{ nonce: 'secret-nonce' }, { sub: undefined }, { exp: undefined }]) {
      expect((await refusalOf(mint(claims, jwt), lax)).hint).not.toMatch(/profile: 'jwt'/)
    }
  })

  it("an unknown typ is not called another kind of token, because it may be the issuer's own", async () => {
    const { hint } = await refusalOf(mint({}, { typ: 'JOSE' }), lax)
    expect(hint).not.toMatch(/another kind/)
  })

  it('two issuers at the roots of two hosts are not taken for one', async () => {
    const { hint } = await refusalOf(mint({ iss: 'https://a.test/' }), {
      issuer: 'https://b.test/',
    })
    expect(hint).not.toMatch(/path is the same/)
  })

  it('a key without a kid that is bound to an algorithm is not called unknown', async () => {
    const signing = createTestIssuer({ alg: 'RS256' })
    const { kid: _, alg: __, ...jwk } = signing.jwks.keys[0] as Record<string, unknown>
    const { verifier, refusalOf } = createStage({
      issuer: { issuer: issuer.url, jwks: { keys: [jwk as never] } },
      now: signing.now,
    })
    const claims = { iss: issuer.url }
    await verifier.verify(signing.mint(claims, { alg: 'PS256' }))
    const { reason, hint } = await refusalOf(signing.mint(claims))
    expect(reason).toBe('unknown-key')
    expect(hint).toMatch(/used with PS256 alone/)
  })
})
