import { adfs } from '../../issuers.ts'
import type { Shape } from './shape.ts'

/** AD FS, with the identifier that it is installed with: tokens name an http URL. */
export const adfsShape: Shape<'host'> = {
  url: 'http://fs.test/adfs/services/trust',
  form: /^http:\/\/(?<host>[^/?#@]+)\/adfs\/services\/trust$/,
  audience: () => 'microsoft:identityserver:97fec0e9-d322-4922-83e6-4b8208415ddf',
  at({ url, audience, parts: { host } }) {
    const at = `https://${host.toLowerCase()}/adfs`
    return {
      issuer: adfs({ host }),
      keysAt: `${at}/discovery/keys`,
      keyMembers: { alg: 'RS256', use: 'sig' },
      metadata: {
        at: `${at}/.well-known/openid-configuration`,
        says: {
          issuer: at,
          access_token_issuer: url,
          authorization_endpoint: `${at}/oauth2/authorize/`,
          token_endpoint: `${at}/oauth2/token/`,
          userinfo_endpoint: `${at}/userinfo`,
          end_session_endpoint: `${at}/oauth2/logout`,
          subject_types_supported: ['pairwise'],
        },
      },
      person: {
        typ: 'JWT',
        claims: ({ iat }) => ({
          aud: audience,
          // A rule of the Web API issues it.
          sub: 'ABC1DEF',
          email: 'ada@example.com',
          apptype: 'Confidential',
          appid: 'web',
          authmethod: 'urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport',
          auth_time: new Date(iat * 1000).toISOString(),
          ver: '1.0',
          scp: 'openid',
        }),
      },
      machine: {
        typ: 'JWT',
        claims: () => ({ aud: audience, apptype: 'Confidential', appid: 'job', ver: '1.0' }),
      },
      idToken: {
        typ: 'JWT',
        // Its issuer is another one than that of access tokens.
        claims: ({ iat, access }) => ({
          iss: at,
          aud: audience,
          sub: access.sub,
          sid: 'S-1-5-21-1',
          upn: 'ada@example.com',
          apptype: 'Confidential',
          appid: 'web',
          auth_time: iat,
          nonce: 'n-0S6_WzA2Mj',
          ver: '1.0',
          scp: 'openid',
        }),
      },
    }
  },
}
