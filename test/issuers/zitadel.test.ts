import type { Auth } from 'tollgate'
import { zitadel } from 'tollgate/issuers'
import { expect, it } from 'vitest'
import { behindZitadel, hasProjectRole } from '../../examples/issuers/zitadel.ts'
import type { Scene } from './stage.ts'
import { createStage, describePreset, describeWrongOptions, notRfc9068 } from './stage.ts'

const at = 'https://acme-a1b2c3.zitadel.cloud'
const project = behindZitadel.audience
const rolesClaim = `urn:zitadel:iam:org:project:${project}:roles`

/** The access token of a person, with the roles in the project. */
const claims = {
  sub: '77776025198584418',
  aud: ['69234237810729234', project],
  jti: 'V1_69234237813329048-at_1',
  nbf: 1,
  azp: '69234237810729234',
  [rolesClaim]: { clerk: { '1': 'acme.zitadel.cloud' } },
}
/** An ID token, whose aud names the project as well. */
const idToken = {
  jti: undefined,
  auth_time: 1311280969,
  amr: ['pwd'],
  at_hash: 'h',
  nonce: 'n',
  acr: '0',
}

const scene: Scene = {
  ...behindZitadel,
  keysAt: `${at}/oauth/v2/keys`,
  metadata: { at: `${at}/.well-known/openid-configuration`, says: { issuer: at } },
  token: { typ: 'JWT', claims },
}

describePreset('zitadel', scene, {
  accepted: [
    [
      'the access token of a person',
      {},
      { subject: claims.sub, clientId: '69234237810729234', scopes: [], roles: [] },
    ],
    [
      'the access token of a service account, which names no client',
      { claims: { sub: '777', azp: undefined, aud: [project], [rolesClaim]: undefined } },
      { subject: '777', clientId: undefined },
    ],
    [
      'roles and permissions that an action adds',
      { claims: { client_id: 'web', roles: ['clerk'], permissions: ['orders:read'] } },
      { clientId: 'web', roles: ['clerk'], permissions: ['orders:read'] },
    ],
  ],
  refused: [
    ['an ID token', 'token-type', { claims: idToken }],
    [
      'an ID token of a client that sent no nonce and asked for no access token',
      'token-type',
      { claims: { ...idToken, nonce: undefined, at_hash: undefined } },
    ],
    [
      'an ID token that was given a jti',
      'token-type',
      { claims: { jti: 'j', auth_time: 1, amr: ['pwd'] } },
    ],
    ['a token without jti', 'claims', { claims: { jti: undefined } }],
    ['a token for another project', 'audience', { claims: { aud: ['69234237810729234'] } }],
    ['a token of another instance', 'issuer', { claims: { iss: 'https://evil.zitadel.cloud' } }],
    [
      'an opaque access token',
      'opaque',
      { as: () => 'jOl3Qd1Yk0n5xR2bV8tFzW6sLpA9uEhCgMiKyNqT7B' },
    ],
  ],
  hostile: {
    skip: {
      'typ/jwt': notRfc9068['typ/jwt'],
      'client_id/missing': notRfc9068['client_id/missing'],
    },
  },
})

it('examples/issuers/zitadel.ts reads the roles of the project, and of no other', async () => {
  const { outcomeOf, mint } = createStage(scene)
  const authOf = (changed: Record<string, unknown>): Promise<Auth> =>
    outcomeOf(mint({ claims: changed })) as Promise<Auth>
  const clerk = await authOf({})
  expect(hasProjectRole(clerk, 'clerk')).toBe(true)
  expect(hasProjectRole(clerk, 'admin')).toBe(false)
  expect(hasProjectRole(clerk, 'constructor')).toBe(false)
  for (const roles of [undefined, null, 'clerk', ['clerk']]) {
    expect(hasProjectRole(await authOf({ [rolesClaim]: roles }), 'clerk')).toBe(false)
  }
  const elsewhere = {
    [rolesClaim]: undefined,
    'urn:zitadel:iam:org:project:1:roles': { clerk: {} },
  }
  expect(hasProjectRole(await authOf(elsewhere), 'clerk')).toBe(false)
})

describeWrongOptions('zitadel', zitadel, { domain: 'acme.zitadel.cloud' }, [
  ['no domain', { domain: undefined }, /must be a non-empty string, not undefined/],
  ['a URL as domain', { domain: at }, /write 'acme-a1b2c3\.zitadel\.cloud'/],
  ['a slash at the end of the domain', { domain: 'id.acme.com/' }, /write 'id\.acme\.com'/],
])
