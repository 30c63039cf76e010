import { createAuth } from 'tollgate/fetch'
import { transactionTokens } from 'tollgate/issuers'
import { describe, expect, it } from 'vitest'
import {
  behindTransactionTokens,
  behindTransactionTokensByKeys,
} from '../../examples/issuers/transaction-tokens.ts'
import type { Scene } from './stage.ts'
import { createStage, describePreset, describeWrongOptions, notRfc9068 } from './stage.ts'

const tts = 'https://tts.acme.com'

/** The token of a call that came from outside, with the claims that the draft demands. */
const scene: Scene = {
  issuer: behindTransactionTokens.issuer,
  audience: behindTransactionTokens.audience,
  keysAt: `${tts}/jwks`,
  metadata: { at: `${tts}/.well-known/oauth-authorization-server`, says: { issuer: tts } },
  token: {
    typ: 'txntoken+jwt',
    claims: {
      aud: 'acme.com',
      txn: '97053963-771d-49cc-a4e3-20aad399c312',
      sub: 'd084sdrt234fsaw34tr23t',
      req_wl: 'apigateway.acme.com',
      scope: 'trade.stocks',
      rctx: { req_ip: '69.151.72.123', authn: 'urn:ietf:rfc:6749' },
      tctx: { action: 'BUY', ticker: 'MSFT' },
    },
  },
}

describePreset('transactionTokens', scene, {
  accepted: [
    [
      'the token of a call from outside',
      {},
      {
        subject: 'd084sdrt234fsaw34tr23t',
        clientId: 'apigateway.acme.com',
        scopes: ['trade.stocks'],
        roles: [],
      },
    ],
    [
      'the token of a workload that began the transaction itself',
      {
        claims: {
          sub: 'spiffe://acme.com/jobs/settle',
          req_wl: 'spiffe://acme.com/jobs/settle',
          rctx: undefined,
          tctx: undefined,
        },
      },
      { subject: 'spiffe://acme.com/jobs/settle', clientId: 'spiffe://acme.com/jobs/settle' },
    ],
    [
      'a token that was replaced on its way',
      { claims: { req_wl: 'apigateway.acme.com,orders.acme.com' } },
      { clientId: 'apigateway.acme.com,orders.acme.com' },
    ],
    ['the media type in full', { typ: 'application/txntoken+jwt' }, {}],
  ],
  refused: [
    ['the access token that came from outside', 'token-type', { typ: 'at+jwt' }],
    ['an ID token', 'token-type', { typ: 'JWT', claims: { nonce: 'n' } }],
    ['a token without a type', 'token-type', { typ: null }],
    ['a token with the sign of an ID token', 'token-type', { claims: { nonce: 'n' } }],
    ['a logout token', 'token-type', { claims: { events: {} } }],
    ['a token of another trust domain', 'audience', { claims: { aud: 'evil.com' } }],
    ['a token without a trust domain', 'audience', { claims: { aud: undefined } }],
    ['a token of another service', 'issuer', { claims: { iss: 'https://tts.evil.com' } }],
    ['a token without iss', 'issuer', { claims: { iss: undefined } }],
    ['a token without a transaction', 'claims', { claims: { txn: undefined } }],
    ['a token without a requesting workload', 'claims', { claims: { req_wl: undefined } }],
    ['a token without a purpose', 'claims', { claims: { scope: undefined } }],
    ['a token without a date of issue', 'claims', { claims: { iat: undefined } }],
    ['a token without a subject', 'claims', { claims: { sub: undefined } }],
    ['scopes as a list', 'claims', { claims: { scope: ['trade.stocks'] } }],
  ],
  hostile: { skip: notRfc9068 },
})

describe('transactionTokens', () => {
  it('with jwksUri, the keys are fetched there and no metadata is', async () => {
    const { outcomeOf, mint, fetched } = createStage({
      ...scene,
      issuer: behindTransactionTokensByKeys.issuer,
      keysAt: `${tts}/keys`,
    })
    expect(await outcomeOf(mint())).toMatchObject({ issuer: tts })
    expect(fetched).toEqual([`${tts}/keys`])
  })

  it('with jwksUri, the issuer may be a name, and without it stays as it is written', () => {
    expect(transactionTokens({ issuer: 'tts', jwksUri: `${tts}/keys` }).issuer).toBe('tts')
    expect(transactionTokens({ issuer: `${tts}/` }).issuer).toBe(`${tts}/`)
  })

  it('a guard reads the header Txn-Token, and no Authorization', async () => {
    const { options, mint } = createStage(scene)
    const { guard } = createAuth({ ...behindTransactionTokens, ...options })
    const handler = guard(() => new Response('ok'))
    const ask = async (headers: Record<string, string>): Promise<number> =>
      (await handler(new Request('https://orders.acme.com/', { headers }))).status
    expect(await ask({ 'Txn-Token': mint() })).toBe(200)
    expect(await ask({ Authorization: `Bearer ${mint()}` })).toBe(401)
  })
})

describeWrongOptions('transactionTokens', transactionTokens, { issuer: tts }, [
  ['no issuer', { issuer: undefined }, /must be a non-empty string, not undefined/],
  ['a name as issuer, without keys', { issuer: 'tts' }, /must be a URL/],
  ['a query in the issuer', { issuer: `${tts}?a=1` }, /no user name, password, query/],
  ['keys that are undefined', { jwksUri: undefined }, /must be a non-empty string, not undefined/],
  ['a path as keys', { jwksUri: '/keys' }, /must be a URL/],
  [
    'an issuer with white space, with keys',
    { issuer: 'a b', jwksUri: `${tts}/keys` },
    /no whitespace/,
  ],
])
