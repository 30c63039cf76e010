import type { AuthError, FetchLike, IssuerOptions, VerifierOptions } from 'tollgate'
import { createVerifier } from 'tollgate'
import { createTestIssuer } from 'tollgate/testing'
import { describe, expect, it } from 'vitest'
import { microsoft } from './real/microsoft.ts'
import { platforms } from './real/platforms.ts'
import { providers } from './real/providers.ts'
import type { Shape } from './real/shape.ts'

const keys = createTestIssuer({ alg: 'RS256' })
const shapes: Readonly<Record<string, Shape>> = { ...providers, ...microsoft, ...platforms }

function shapeOf(name: string): Shape {
  return shapes[name] ?? expect.fail(`there is no issuer named ${name}`)
}

/** Answers as the issuer does, and nothing at any other place. */
function serving({ keysAt, metadata }: Shape): FetchLike {
  return async (url) => {
    if (url === keysAt) return Response.json(keys.jwks)
    if (url === metadata?.at) return Response.json({ ...metadata.says, jwks_uri: keysAt })
    return new Response(null, { status: 404 })
  }
}

function tokenOf({ options, typ, claims }: Shape): string {
  const iat = Math.floor(Date.now() / 1000)
  const payload = { iss: options.issuer, iat, exp: iat + 300, ...claims }
  return keys.mint({}, { raw: JSON.stringify(payload), header: { typ } })
}

function optionsOf(shape: Shape): VerifierOptions {
  const { allowInsecureHosts } = shape
  return {
    issuer: shape.options,
    fetch: serving(shape),
    ...(allowInsecureHosts && { allowInsecureHosts }),
  }
}

describe('issuers as they are: what is safe to accept', () => {
  it.each(Object.keys(shapes))('a token of %s is accepted, fresh and cached', async (name) => {
    const shape = shapeOf(name)
    const verifier = createVerifier(optionsOf(shape))
    const token = tokenOf(shape)
    for (let i = 0; i < 3; i++) {
      const auth = await verifier.verify(token)
      expect(auth).toMatchObject({ issuer: shape.options.issuer, ...shape.auth })
    }
    expect(verifier.health()).toMatchObject([{ issuer: shape.options.issuer, usable: true }])
  })

  it.each(Object.keys(shapes).filter((name) => !name.startsWith('SPIFFE')))(
    'a token of %s is accepted where a resolver gives the same options',
    async (name) => {
      const shape = shapeOf(name)
      const verifier = createVerifier({
        ...optionsOf(shape),
        issuer: (iss) => (iss === shape.options.issuer ? shape.options : undefined),
      })
      expect(await verifier.verify(tokenOf(shape))).toMatchObject(shape.auth)
    },
  )

  it.each(Object.keys(shapes))(
    'T1, T4, T6: of %s, a forged token, one of another issuer and one for another API are refused',
    async (name) => {
      const shape = shapeOf(name)
      const verifier = createVerifier(optionsOf(shape))
      const reasonOf = (token: string): Promise<string> =>
        verifier.verify(token).then(
          () => 'accepted',
          ({ reason }: AuthError) => reason,
        )
      const [header, payload] = tokenOf(shape).split('.')
      const [, , signature] = tokenOf({ ...shape, claims: { ...shape.claims, jti: 'x' } }).split(
        '.',
      )
      expect(await reasonOf(`${header}.${payload}.${signature}`)).toBe('signature')
      const other = { ...shape, claims: { ...shape.claims, iss: `${shape.options.issuer}x` } }
      expect(await reasonOf(tokenOf(other))).toBe('issuer')
      const elsewhere = { aud: 'https://elsewhere.test', client_id: 'elsewhere', azp: 'elsewhere' }
      const forOther = { ...shape, claims: { ...shape.claims, ...elsewhere } }
      expect(await reasonOf(tokenOf(forOther))).toBe('audience')
    },
  )

  it.each<[string, IssuerOptions['profile']]>([
    ['Auth0, own dialect', 'rfc9068'],
    ['Okta, custom server', 'rfc9068'],
    ['Entra v2, person', 'rfc9068'],
    ['Keycloak with an audience mapper', 'rfc9068'],
    ['GitHub Actions', 'rfc9068'],
    ['Firebase, by discovery', 'rfc9068'],
  ])('T5: by default, a token of %s is refused as token-type', async (name, profile) => {
    const shape = shapeOf(name)
    const issuer = { ...shape.options, profile } as IssuerOptions
    await expect(
      createVerifier({ ...optionsOf(shape), issuer }).verify(tokenOf(shape)),
    ).rejects.toMatchObject({ reason: 'token-type' })
  })
})

interface Change {
  readonly claims?: Shape['claims']
  readonly options?: Partial<IssuerOptions>
  readonly typ?: string
  readonly keysAt?: string
  readonly token?: (token: string) => string
}

const encode = (json: object): string => Buffer.from(JSON.stringify(json)).toString('base64url')
const jwe = [{ alg: 'dir', enc: 'A256GCM' }, {}, {}, {}, {}].map(encode).join('.')

describe('issuers as they are: what must stay refused', () => {
  it.each<[what: string, like: string, change: Change, expected: string]>([
    ['Auth0 without audience: a JWE', 'Auth0, own dialect', { token: () => jwe }, '401 encrypted'],
    [
      'Auth0, whose configured issuer lacks the slash at the end',
      'Auth0, own dialect',
      {
        options: { issuer: 'https://acme.eu.auth0.com' },
        claims: { iss: 'https://acme.eu.auth0.com/' },
      },
      '401 issuer',
    ],
    [
      'Okta org server: its keys are not published',
      'Okta, custom server',
      { token: (token) => token.replace(/^[^.]+/, encode({ alg: 'RS256', kid: 'not-published' })) },
      '401 unknown-key',
    ],
    [
      'an ID token of Cognito',
      'AWS Cognito, access token',
      { claims: { token_use: 'id', aud: 'app1' } },
      '401 token-type',
    ],
    [
      'an ID token of Cognito, under the profile jwt',
      'AWS Cognito, access token',
      {
        options: { profile: 'jwt' },
        claims: { token_use: 'id', aud: 'app1', client_id: undefined },
      },
      '401 token-type',
    ],
    [
      'an access token of Cognito for another client',
      'AWS Cognito, access token',
      { claims: { client_id: 'app2' } },
      '401 audience',
    ],
    [
      'an access token of Cognito without resource binding, under the profile jwt',
      'AWS Cognito, access token with resource binding',
      { claims: { aud: undefined } },
      '401 audience',
    ],
    [
      'Keycloak: aud account alone',
      'Keycloak with an audience mapper',
      { claims: { aud: 'account' } },
      '401 audience',
    ],
    [
      'Keycloak: an ID token',
      'Keycloak without an audience mapper',
      { claims: { typ: 'ID', aud: 'web' } },
      '401 token-type',
    ],
    [
      'Keycloak: a refresh token',
      'Keycloak before 25, with a nonce',
      { claims: { typ: 'Refresh' } },
      '401 token-type',
    ],
    [
      'Keycloak: a token for another client',
      'Keycloak without an audience mapper',
      { claims: { azp: 'other' } },
      '401 audience',
    ],
    [
      "Keycloak: a client without the scope basic, so that sub is missing, though the token is a person's",
      'Keycloak without an audience mapper',
      {
        options: {
          profile: {
            types: ['jwt'],
            accessToken: { claim: 'typ', is: 'Bearer' },
            audience: 'azp',
            otherAudiences: ['account'],
            subject: 'client',
          },
        },
        claims: { sub: undefined },
      },
      '401 claims',
    ],
    [
      'Entra: a token for Microsoft Graph',
      'Entra v2, person',
      { claims: { aud: '00000003-0000-0000-c000-000000000000' } },
      '401 audience',
    ],
    [
      'Entra: a token of version 1 where version 2 is configured',
      'Entra v2, person',
      { claims: { iss: 'https://sts.windows.net/11111111-2222-3333-4444-555555555555/' } },
      '401 issuer',
    ],
    [
      'Entra: the metadata of common names a template',
      'Entra, metadata by the name of the domain',
      {
        options: {
          metadataUrl:
            'https://login.microsoftonline.com/common/v2.0/.well-known/openid-configuration',
        },
      },
      '503 keys',
    ],
    [
      'Azure AD B2C: an ID token',
      'Azure AD B2C, whose access tokens have a nonce',
      { claims: { scp: undefined, aud: 'app-guid' } },
      '401 token-type',
    ],
    [
      'Azure AD B2C: a nonce, under the profile jwt',
      'Azure AD B2C, whose access tokens have a nonce',
      { options: { profile: 'jwt' } },
      '401 token-type',
    ],
    [
      "AD FS: a person's token without sub, which is not the client's",
      'AD FS as installed, person',
      { claims: { sub: undefined } },
      '401 claims',
    ],
    [
      "AD FS: a machine's token with signs of a person",
      'AD FS as installed, machine',
      { claims: { upn: 'ada@acme.test' } },
      '401 claims',
    ],
    [
      'AD FS: an ID token',
      'AD FS as installed, person',
      { claims: { iss: 'https://fs.acme.test/adfs', scp: undefined } },
      '401 issuer',
    ],
    [
      'Google: an ID token of a person',
      'Google, ID token of a service account for Cloud Run',
      { claims: { at_hash: 'h' } },
      '401 token-type',
    ],
    [
      'Apple: an identity token',
      'GitHub Actions',
      { claims: { nonce: 'n', nonce_supported: true, auth_time: 1 } },
      '401 token-type',
    ],
    [
      'authentik: a nonce, and nothing tells access from ID tokens',
      'authentik, without a nonce',
      { claims: { nonce: 'n' } },
      '401 token-type',
    ],
    [
      'Dex: at_hash in every token',
      'GitHub Actions',
      { claims: { at_hash: 'h', federated_claims: {} } },
      '401 token-type',
    ],
    [
      'Casdoor: a refresh token',
      'Casdoor, with a nonce',
      { claims: { tokenType: 'refresh-token' } },
      '401 token-type',
    ],
    [
      'Descope: a refresh token',
      'Descope, session token',
      { claims: { drn: 'DSR' } },
      '401 token-type',
    ],
    [
      "Duende: a person's token without sub",
      'Duende IdentityServer, client credentials',
      { claims: { sid: 's' } },
      '401 claims',
    ],
    [
      'Duende: client credentials under the profile jwt',
      'Duende IdentityServer, client credentials',
      { options: { profile: 'jwt' } },
      '401 claims',
    ],
    [
      'Duende: a list of scopes under the profile rfc9068',
      'Duende IdentityServer, person',
      { options: { profile: 'rfc9068' } },
      '401 claims',
    ],
    ['Ory Hydra: no audience was requested', 'Ory Hydra', { claims: { aud: [] } }, '401 audience'],
    [
      'Kinde: no API is registered',
      'Kinde, with a registered API',
      { claims: { aud: [] } },
      '401 audience',
    ],
    [
      'PingFederate: a minimal contract',
      'PingOne, person',
      { claims: { iss: undefined } },
      '401 issuer',
    ],
    [
      'Cloudflare Access: a service token, with the options for people',
      'Cloudflare Access, person',
      { claims: { sub: '', common_name: 'e.access' } },
      '401 claims',
    ],
    [
      'SPIFFE: a workload of another trust domain',
      'SPIFFE, JWT-SVID without iss',
      { claims: { sub: 'spiffe://other.test/api' } },
      '401 issuer',
    ],
    [
      'Kubernetes: a legacy token, which never expires',
      'Amazon EKS',
      { claims: { exp: undefined } },
      '401 claims',
    ],
    [
      'Kubernetes: metadata in the cluster that names a private address',
      'Kubernetes in the cluster, by the place of its keys',
      { options: { jwksUri: undefined } },
      '503 keys',
    ],
    [
      'Supabase: a shared secret (HS256)',
      'Supabase',
      { token: (token) => token.replace(/^[^.]+/, encode({ alg: 'HS256', typ: 'JWT' })) },
      '401 algorithm',
    ],
    [
      'AWS ALB: padded base64',
      'AWS Cognito, access token',
      { token: (token) => token.replace('.', '=.') },
      '401 malformed',
    ],
    [
      'LinkedIn: an opaque token',
      'GitHub Actions',
      { token: () => 'AQXdSP_W41_UPs5ioT_t8HESyODB4FqbkJ8LrV_5mff4gPODzOYR' },
      '401 opaque',
    ],
  ])('%s', async (_, like, change, expected) => {
    const base = shapeOf(like)
    const shape: Shape = {
      ...base,
      claims: { ...base.claims, ...change.claims },
      metadata: base.metadata ?? {
        at: `${base.options.issuer}/.well-known/openid-configuration`,
        says: { issuer: base.options.issuer },
      },
    }
    const options = { ...base.options, ...change.options } as IssuerOptions
    // As Entra does at the place for all tenants.
    const template = { issuer: 'https://login.microsoftonline.com/{tenantid}/v2.0' }
    const fetch: FetchLike = async (url, init) =>
      url.includes('/common/v2.0/')
        ? Response.json({ ...template, jwks_uri: base.keysAt })
        : serving(shape)(url, init)
    const token = (change.token ?? ((same: string) => same))(tokenOf(shape))
    const verifier = createVerifier({ ...optionsOf(base), issuer: options, fetch })
    const error: AuthError = await verifier.verify(token).then(
      () => expect.fail('the token was accepted'),
      (refusal) => refusal,
    )
    expect(`${error.status} ${error.reason}`).toBe(expected)
  })

  it.each<[string, Partial<IssuerOptions> & { readonly issuer: string }, RegExp]>([
    [
      'Entra: common',
      { issuer: 'https://login.microsoftonline.com/common/v2.0' },
      /stands for many tenants/,
    ],
    [
      'Entra: organizations, with the place of its keys',
      {
        issuer: 'https://login.microsoftonline.com/organizations/v2.0',
        jwksUri: 'https://login.microsoftonline.com/common/discovery/v2.0/keys',
      },
      /stands for many tenants/,
    ],
    [
      'Entra: the template of its metadata',
      { issuer: 'https://login.microsoftonline.com/{tenantid}/v2.0' },
      /is a template/,
    ],
    [
      'AD FS without the place of its keys',
      { issuer: 'http://fs.acme.test/adfs/services/trust' },
      /must be an https URL .*'jwksUri' \(or 'jwks', 'metadataUrl'\)/,
    ],
    [
      'AD FS with keys over http',
      {
        issuer: 'http://fs.acme.test/adfs/services/trust',
        jwksUri: 'http://fs.acme.test/adfs/discovery/keys',
      },
      /option 'jwksUri' must be an https URL/,
    ],
    [
      'FusionAuth without the place of its keys',
      { issuer: 'acme.com' },
      /must be an absolute https URL.*'jwksUri'/,
    ],
    [
      'Keycloak on plain http',
      { issuer: 'http://keycloak:8080/realms/shop' },
      /allowInsecureHosts/,
    ],
    [
      'an audience in azp without a mark of access tokens',
      { issuer: 'https://clerk.acme.test', profile: { types: ['jwt'], audience: 'azp' } },
      /which ID tokens have as well/,
    ],
  ])('%s is refused at construction', (_, issuer, message) => {
    const options = { profile: 'jwt', audience: 'a', ...issuer } as IssuerOptions
    expect(() => createVerifier({ issuer: options })).toThrow(message)
  })
})
