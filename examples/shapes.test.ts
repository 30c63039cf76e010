import request from 'supertest'
import { createTestIssuer } from 'tollgate/testing'
import { it } from 'vitest'
import { behindAuth0, createApp } from './issuers/auth0.ts'

const issuer = createTestIssuer({
  shape: 'auth0',
  url: behindAuth0.issuer.issuer,
  audience: behindAuth0.audience,
})
// The settings of production, and of trust() what is left: fetch and now.
const app = createApp({ ...issuer.trust(), ...behindAuth0 })

it('serves people by the permissions that Auth0 states, and machines by theirs', async () => {
  const permissions = ['read:orders']
  await request(app).get('/orders').use(issuer.as({ permissions })).expect(200)
  await request(app).get('/orders').use(issuer.as()).expect(403)
  await request(app)
    .get('/orders')
    .use(issuer.as({ permissions, azp: 'job' }, { machine: true }))
    .expect(200)
})

it('refuses what else Auth0 gives to clients', async () => {
  const { idToken, refreshToken, logoutToken } = issuer.bad
  for (const token of [idToken(), refreshToken(), logoutToken()]) {
    await request(app).get('/orders').set('Authorization', `Bearer ${token}`).expect(401)
  }
})
