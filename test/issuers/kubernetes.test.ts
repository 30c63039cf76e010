import { kubernetes } from 'tollgate/issuers'
import { describe, expect, it } from 'vitest'
import { behindKubernetes, insideKubernetes } from '../../examples/issuers/kubernetes.ts'
import type { Scene } from './stage.ts'
import { createStage, describePreset, describeWrongOptions, notRfc9068 } from './stage.ts'

const api = 'https://api.acme.com'
const subject = 'system:serviceaccount:shop:orders'
const bound = {
  namespace: 'shop',
  pod: { name: 'orders-5d9c', uid: '0d8b260e-ef0e-45fb-be8e-ff44f97722e8' },
  serviceaccount: { name: 'orders', uid: 'e6a8680e-d103-4cce-80ea-03acbbeacf7d' },
}
const token = { claims: { sub: subject, aud: [api], 'kubernetes.io': bound } }

const { issuer } = behindKubernetes.issuer
const outside: Scene = {
  ...behindKubernetes,
  keysAt: `${issuer}/keys`,
  metadata: { at: `${issuer}/.well-known/openid-configuration`, says: { issuer } },
  token,
}

describePreset('kubernetes', outside, {
  accepted: [
    ['the token of a pod', {}, { subject, clientId: undefined, scopes: [] }],
    ['a token from the TokenRequest API', { claims: { jti: 'e51f1fbc' } }, { subject }],
  ],
  refused: [
    [
      'the token that a pod has for the API server',
      'audience',
      { claims: { aud: ['https://kubernetes.default.svc'] } },
    ],
    [
      'an ID token of people who use the cluster',
      'token-type',
      { claims: { 'kubernetes.io': undefined, sub: 'ada', email: 'ada@acme.com' } },
    ],
    ['a token with a nonce', 'token-type', { claims: { nonce: 'n' } }],
    [
      'a token of another cluster',
      'issuer',
      { claims: { iss: 'https://oidc.eks.eu-west-1.amazonaws.com/id/EVIL' } },
    ],
    [
      'a token in a secret, which never expires',
      'issuer',
      {
        claims: {
          iss: 'kubernetes/serviceaccount',
          aud: undefined,
          exp: undefined,
          'kubernetes.io': undefined,
          'kubernetes.io/serviceaccount/namespace': 'shop',
        },
      },
    ],
    ['a token that never expires', 'claims', { claims: { exp: undefined } }],
  ],
  hostile: {
    skip: {
      ...notRfc9068,
      'typ/missing': 'the good token has none',
      'scope/array': 'scopes may be a list',
    },
  },
})

describe('kubernetes', () => {
  it('kubernetes with jwksUri fetches keys from there alone', async () => {
    const { jwksUri = '', fetch: _, ...options } = insideKubernetes.issuer
    const stage = createStage({
      issuer: { ...options, jwksUri },
      audience: api,
      keysAt: 'https://kubernetes.default.svc/openid/v1/jwks',
      token,
    })
    expect(await stage.outcomeOf(stage.mint())).toMatchObject({ subject })
    expect(stage.fetched).toEqual([jwksUri])
  })

  it('kubernetes takes the issuer exactly, with the slash at the end that AKS has', () => {
    const aks = 'https://westeurope.oic.prod-aks.azure.com/9188040d/5a1b2c3d/'
    expect(kubernetes({ issuer: aks }).issuer).toBe(aks)
  })
})

describeWrongOptions('kubernetes', kubernetes, { issuer }, [
  ['no issuer', { issuer: undefined }, /must be a non-empty string, not undefined/],
  ['a host as issuer', { issuer: 'kubernetes.default.svc' }, /must be a URL, such as/],
  ['the issuer of tokens in secrets', { issuer: 'kubernetes/serviceaccount' }, /must be a URL/],
  ['an issuer with a query', { issuer: `${issuer}?a` }, /no user name, password, query/],
  ['a jwksUri that is undefined', { jwksUri: undefined }, /non-empty string, not undefined/],
  ['a path as jwksUri', { jwksUri: '/openid/v1/jwks' }, /must be a URL, such as/],
])
