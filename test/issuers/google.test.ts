import { cloudRun, firebase, googleIap } from 'tollgate/issuers'
import { behindFirebase } from '../../examples/issuers/firebase.ts'
import { behindGoogleIap } from '../../examples/issuers/google-iap.ts'
import { describePreset, describeWrongOptions, notRfc9068 } from './stage.ts'

const skip = { ...notRfc9068, 'scope/array': 'scopes may be a list' }

describePreset(
  'firebase',
  {
    ...behindFirebase,
    keysAt:
      'https://www.googleapis.com/service_accounts/v1/jwk/securetoken@system.gserviceaccount.com',
    keyMembers: { use: 'sig', alg: 'RS256' },
    token: {
      typ: 'JWT',
      claims: {
        sub: 'dGVzdC11c2VyLTE',
        aud: 'acme-shop',
        auth_time: 1700000000,
        user_id: 'dGVzdC11c2VyLTE',
        email: 'ada@acme.com',
        email_verified: true,
        roles: ['clerk'],
        firebase: {
          identities: { email: ['ada@acme.com'] },
          sign_in_provider: 'password',
        },
      },
    },
  },
  {
    accepted: [
      [
        'the ID token of a person',
        {},
        { subject: 'dGVzdC11c2VyLTE', scopes: [], roles: ['clerk'] },
      ],
      [
        'the ID token of an anonymous person',
        {
          claims: { email: undefined, firebase: { identities: {}, sign_in_provider: 'anonymous' } },
        },
        { subject: 'dGVzdC11c2VyLTE' },
      ],
    ],
    refused: [
      [
        'a session cookie',
        'issuer',
        { claims: { iss: 'https://session.firebase.google.com/acme-shop' } },
      ],
      [
        'a custom token',
        'issuer',
        {
          claims: {
            iss: 'firebase-adminsdk@acme-shop.iam.gserviceaccount.com',
            aud: 'https://identitytoolkit.googleapis.com/google.identity.identitytoolkit.v1.IdentityToolkit',
          },
        },
      ],
      [
        'a token of App Check',
        'issuer',
        { claims: { iss: 'https://firebaseappcheck.googleapis.com/123', aud: ['projects/123'] } },
      ],
      [
        'a token of another project',
        'issuer',
        { claims: { iss: 'https://securetoken.google.com/evil-shop', aud: 'evil-shop' } },
      ],
      ['a token of this project for another one', 'audience', { claims: { aud: 'evil-shop' } }],
      ['a refresh token', 'opaque', { as: () => 'AMf-vBxT9pTnQ3Zs1c' }],
      ['a token without a person', 'claims', { claims: { sub: '' } }],
    ],
    hostile: { skip },
  },
)

describeWrongOptions('firebase', firebase, { projectId: 'acme', acceptIdTokens: true }, [
  ['no project', { projectId: undefined }, /must be a non-empty string, not undefined/],
  ['a URL as project', { projectId: 'https://securetoken.google.com/acme' }, /one segment/],
  ['ID tokens not accepted', { acceptIdTokens: false }, /must be true: Firebase gives apps ID/],
  ['ID tokens not mentioned', { acceptIdTokens: undefined }, /must be true/],
  ['a text in the place of true', { acceptIdTokens: 'true' }, /must be true/],
])

const service = 'https://orders-abc-ew.a.run.app'

describePreset(
  'cloudRun',
  {
    issuer: cloudRun({ audience: [service, 'orders'], acceptIdTokens: true }),
    keysAt: 'https://www.googleapis.com/oauth2/v3/certs',
    keyMembers: { use: 'sig', alg: 'RS256' },
    metadata: {
      at: 'https://accounts.google.com/.well-known/openid-configuration',
      says: { issuer: 'https://accounts.google.com' },
    },
    token: {
      typ: 'JWT',
      claims: {
        sub: '113774264463038321964',
        aud: service,
        azp: '113774264463038321964',
        email: 'job@acme-shop.iam.gserviceaccount.com',
        email_verified: true,
      },
    },
  },
  {
    accepted: [
      [
        'the ID token of a service account',
        {},
        { subject: '113774264463038321964', clientId: '113774264463038321964', scopes: [] },
      ],
      ['a token for a custom audience', { claims: { aud: 'orders' } }, {}],
    ],
    refused: [
      ['the ID token of a person', 'token-type', { claims: { at_hash: 'h' } }],
      ['the ID token of a person with a nonce', 'token-type', { claims: { nonce: 'n' } }],
      ['a token for another service', 'audience', { claims: { aud: 'https://other.a.run.app' } }],
      [
        'a token that a service account signed itself',
        'issuer',
        { claims: { iss: 'job@acme-shop.iam.gserviceaccount.com' } },
      ],
      ['an access token', 'opaque', { as: () => 'ya29.c.b0AXv0zTPZLrs3' }],
      [
        'a token whose signature Cloud Run has removed',
        'signature',
        { as: (token) => token.replace(/[^.]+$/, 'SIGNATURE_REMOVED_BY_GOOGLE') },
      ],
      ['the older spelling of the issuer', 'issuer', { claims: { iss: 'accounts.google.com' } }],
    ],
    hostile: { skip },
  },
)

describeWrongOptions('cloudRun', cloudRun, { audience: service, acceptIdTokens: true }, [
  ['no audience', { audience: undefined }, /must be a non-empty string, not undefined/],
  ['an empty list of audiences', { audience: [] }, /must name at least one, not an empty array/],
  ['an audience twice', { audience: ['a', 'a'] }, /names 'a' twice/],
  ['an audience that is a number', { audience: [1] }, /must be a non-empty string, not 1/],
  [
    'an OAuth client as audience',
    { audience: '123-abc.apps.googleusercontent.com' },
    /names an OAuth client/,
  ],
  ['ID tokens not accepted', { acceptIdTokens: false }, /must be true: service accounts send ID/],
])

const backend = '/projects/123456789/global/backendServices/987654321'

describePreset(
  'googleIap',
  {
    issuer: behindGoogleIap.issuer,
    keysAt: 'https://www.gstatic.com/iap/verify/public_key-jwk',
    keyMembers: { use: 'sig', alg: 'ES256' },
    alg: 'ES256',
    token: {
      typ: 'JWT',
      claims: {
        sub: 'accounts.google.com:118133858486581853996',
        aud: backend,
        email: 'accounts.google.com:ada@acme.com',
        hd: 'acme.com',
        google: { access_levels: ['accessPolicies/1/accessLevels/2'] },
      },
    },
  },
  {
    accepted: [
      [
        'the assertion of a person',
        {},
        { subject: 'accounts.google.com:118133858486581853996', clientId: undefined, scopes: [] },
      ],
      [
        'the assertion of a service account',
        {
          claims: {
            sub: 'accounts.google.com:113774264463038321964',
            email: 'job@acme-shop.iam.gserviceaccount.com',
            hd: undefined,
          },
        },
        { subject: 'accounts.google.com:113774264463038321964' },
      ],
    ],
    refused: [
      [
        'the ID token of Google that a caller sent to the proxy',
        'issuer',
        {
          claims: { iss: 'https://accounts.google.com', aud: 'client.apps.googleusercontent.com' },
        },
      ],
      [
        'the assertion for another backend of the project',
        'audience',
        { claims: { aud: '/projects/123456789/global/backendServices/1' } },
      ],
      [
        'the assertion for a backend of another project',
        'audience',
        { claims: { aud: '/projects/1/global/backendServices/987654321' } },
      ],
      ['a token with the sign of an ID token', 'token-type', { claims: { nonce: 'n' } }],
    ],
    hostile: { skip },
  },
)

describeWrongOptions('googleIap', googleIap, { audience: backend }, [
  ['no audience', { audience: undefined }, /must be a non-empty string, not undefined/],
  ['a client as audience', { audience: 'a.apps.googleusercontent.com' }, /write '\/projects\/…'/],
])
