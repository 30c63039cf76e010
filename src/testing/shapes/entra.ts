import { entra } from '../../issuers.ts'
import type { IssuerModel, Shape } from './shape.ts'

const web = '75dbe77f-10a3-4e59-85fd-8c127544f17c'
const person = 'HKZpfaHyWadeOouYlitjrI-KffTm222X5rrV3xDqfKQ'
const object = '690222be-ff1a-4d56-abd1-7e4f7d38e474'

/** One tenant of Microsoft Entra ID, with v2 tokens, or with v1 tokens where the URL is such. */
export const entraShape: Shape<'host' | 'tenant' | 'version2'> = {
  url: 'https://login.microsoftonline.com/72f988bf-86f1-41af-91ab-2d7cd011db47/v2.0',
  form: /^https:\/\/(?:(?<host>login\.microsoftonline\.(?:com|us)|login\.partner\.microsoftonline\.cn|sts\.windows\.net|sts\.chinacloudapi\.cn)\/(?<tenant>[\da-f-]{36})\/(?<version2>v2\.0)?)$/,
  audience: () => '6e74172b-be56-4843-9ff4-e66a39bb12e3',
  at({ url, audience, parts: { host, tenant, version2 } }) {
    const cloud = /\.cn$/.test(host) ? 'china' : /\.us$/.test(host) ? 'usGovernment' : 'global'
    const issuer = entra({ tenant, cloud, version: version2 ? 'v2' : 'v1' })
    const login = new URL(issuer.metadataUrl ?? url).origin
    const common = {
      issuer,
      keyMembers: { alg: undefined, issuer: `${login}/{tenantid}/v2.0` },
    }
    if (version2) {
      return {
        ...common,
        keysAt: `${login}/${tenant}/discovery/v2.0/keys`,
        metadata: {
          at: `${url}/.well-known/openid-configuration`,
          says: {
            authorization_endpoint: `${login}/${tenant}/oauth2/v2.0/authorize`,
            token_endpoint: `${login}/${tenant}/oauth2/v2.0/token`,
            end_session_endpoint: `${login}/${tenant}/oauth2/v2.0/logout`,
            subject_types_supported: ['pairwise'],
          },
        },
        ...tokensOfVersion2(tenant, audience),
      }
    }
    return {
      ...common,
      keysAt: `${login}/common/discovery/keys`,
      metadata: {
        at: `${login}/${tenant}/.well-known/openid-configuration`,
        says: {
          authorization_endpoint: `${login}/${tenant}/oauth2/authorize`,
          token_endpoint: `${login}/${tenant}/oauth2/token`,
          end_session_endpoint: `${login}/${tenant}/oauth2/logout`,
          subject_types_supported: ['pairwise'],
        },
      },
      ...tokensOfVersion1(tenant, url, audience),
    }
  },
}

type Tokens = Required<Pick<IssuerModel, 'person' | 'machine' | 'idToken' | 'refreshToken'>>

const refreshToken = 'OAQABAAAAAAAGV_bv21oQQ4ROqh0_1tAx'

function tokensOfVersion2(tenant: string, aud: string | readonly string[]): Tokens {
  return {
    person: {
      typ: 'JWT',
      claims: ({ iat, id }) => ({
        aud,
        nbf: iat,
        aio: 'AXQAi/8IAAAA',
        azp: web,
        azpacr: '0',
        name: 'Ada Lovelace',
        oid: object,
        preferred_username: 'ada@example.com',
        rh: 'I',
        scp: 'access_as_user',
        sub: person,
        tid: tenant,
        uti: id,
        ver: '2.0',
      }),
    },
    machine: {
      typ: 'JWT',
      claims: ({ iat, id }) => ({
        aud,
        nbf: iat,
        aio: 'E2ZgYAgAAA==',
        azp: web,
        azpacr: '1',
        idtyp: 'app',
        oid: 'b3a1c2d4-5e6f-4a7b-8c9d-0e1f2a3b4c5d',
        rh: 'I',
        roles: ['Access.All'],
        sub: 'b3a1c2d4-5e6f-4a7b-8c9d-0e1f2a3b4c5d',
        tid: tenant,
        uti: id,
        ver: '2.0',
      }),
    },
    idToken: {
      typ: 'JWT',
      // API and client may be one app registration, which is what confuses.
      claims: ({ iat, id, access }) => ({
        aud,
        nbf: iat,
        name: 'Ada Lovelace',
        nonce: 'n-0S6_WzA2Mj',
        oid: object,
        preferred_username: 'ada@example.com',
        rh: 'I',
        sub: access.sub,
        tid: tenant,
        uti: id,
        ver: '2.0',
      }),
    },
    refreshToken,
  }
}

function tokensOfVersion1(tenant: string, idp: string, aud: string | readonly string[]): Tokens {
  return {
    person: {
      typ: 'JWT',
      claims: ({ iat, id }) => ({
        aud,
        nbf: iat,
        acr: '1',
        amr: ['pwd'],
        appid: web,
        appidacr: '0',
        family_name: 'Lovelace',
        ipaddr: '192.0.2.1',
        name: 'Ada Lovelace',
        oid: object,
        rh: 'I',
        scp: 'user_impersonation',
        sub: person,
        tid: tenant,
        unique_name: 'ada@example.com',
        upn: 'ada@example.com',
        uti: id,
        ver: '1.0',
      }),
    },
    machine: {
      typ: 'JWT',
      claims: ({ iat, id }) => ({
        aud,
        nbf: iat,
        appid: web,
        appidacr: '1',
        idp,
        oid: 'b3a1c2d4-5e6f-4a7b-8c9d-0e1f2a3b4c5d',
        rh: 'I',
        roles: ['Access.All'],
        sub: 'b3a1c2d4-5e6f-4a7b-8c9d-0e1f2a3b4c5d',
        tid: tenant,
        uti: id,
        ver: '1.0',
      }),
    },
    idToken: {
      typ: 'JWT',
      claims: ({ iat, id, access }) => ({
        aud,
        nbf: iat,
        amr: ['pwd'],
        family_name: 'Lovelace',
        ipaddr: '192.0.2.1',
        name: 'Ada Lovelace',
        oid: object,
        rh: 'I',
        sub: access.sub,
        tid: tenant,
        unique_name: 'ada@example.com',
        upn: 'ada@example.com',
        uti: id,
        ver: '1.0',
      }),
    },
    refreshToken,
  }
}
