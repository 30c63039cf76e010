import { cloudflareAccess } from 'tollgate/issuers'
import { behindCloudflareAccess } from '../../examples/issuers/cloudflare-access.ts'
import { describePreset, describeWrongOptions, notRfc9068 } from './stage.ts'

const at = 'https://acme.cloudflareaccess.com'
const tag = '32eafc7626e974616deaf0dc3ce63d7bcbed58a2731e84d06bc3cdf1b53c4228'
const person = '7335d417-61da-459d-899c-0a01c76a2f94'
const service = 'e367826f93b8d71185e03fe518aff3b4.access'

const claims = {
  sub: person,
  aud: [tag],
  email: 'ada@acme.com',
  type: 'app',
  identity_nonce: '6ei69kawdKzMIAPF',
  country: 'CH',
  nbf: 1700000000,
}
const machine = {
  sub: '',
  aud: tag,
  common_name: service,
  email: undefined,
  identity_nonce: undefined,
  country: undefined,
}

describePreset(
  'cloudflareAccess',
  {
    issuer: behindCloudflareAccess.issuer,
    keysAt: `${at}/cdn-cgi/access/certs`,
    token: { typ: 'JWT', claims },
  },
  {
    accepted: [
      ['the token of a person', {}, { subject: person, clientId: undefined, scopes: [] }],
      ['one without typ', { typ: null }, { subject: person }],
      [
        'the token of a service token',
        { claims: machine },
        { subject: service, clientId: service, scopes: [] },
      ],
    ],
    refused: [
      [
        'the token of the team, which is for no application',
        'token-type',
        { claims: { type: 'org' } },
      ],
      ['a token without type', 'token-type', { claims: { type: undefined } }],
      [
        'an ID token for a SaaS application',
        'issuer',
        { claims: { iss: `${at}/cdn-cgi/access/sso/oidc/a1b2`, type: undefined, nonce: 'n' } },
      ],
      ['an ID token', 'token-type', { claims: { type: undefined, nonce: 'n' } }],
      ['a token of another application', 'audience', { claims: { aud: [tag.replace('3', '4')] } }],
      ['a token of another team', 'issuer', { claims: { iss: at.replace('acme', 'evil') } }],
      ['a person without sub', 'claims', { claims: { sub: '', common_name: service } }],
      ['a token of nobody', 'claims', { claims: { ...machine, common_name: undefined } }],
    ],
    hostile: {
      skip: {
        ...notRfc9068,
        'typ/missing': 'the token may have none',
        'typ/id-token': 'it keeps the type of the good token: the table has real ID tokens',
        'typ/id-token-same-aud': 'it keeps the type of the good token',
        'scope/array': 'scopes may be a list',
      },
    },
  },
)

describeWrongOptions('cloudflareAccess', cloudflareAccess, { team: 'acme', audience: tag }, [
  ['no team', { team: undefined }, /must be a non-empty string, not undefined/],
  ['the domain as team', { team: 'acme.cloudflareaccess.com' }, /alone: write 'acme'/],
  ['the URL as team', { team: at }, /must be the name alone: write 'acme'/],
  ['another host as team', { team: 'evil.test/' }, /must be the name of the team, such as/],
  ['no audience', { audience: undefined }, /must be a non-empty string, not undefined/],
  ['a URL as audience', { audience: ['https://acme.com'] }, /write the AUD tag/],
])
