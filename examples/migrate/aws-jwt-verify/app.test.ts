import request from 'supertest'
import { cognito } from 'tollgate/issuers'
import { createTestIssuer } from 'tollgate/testing'
import { it } from 'vitest'
import { createApp } from './after.ts'

const pool = cognito({ region: 'eu-west-1', userPool: 'eu-west-1_Abc123', clients: 'app1' })
const { fetch, now, as } = createTestIssuer({
  url: pool.issuer,
  claims: { aud: undefined, client_id: 'app1', token_use: 'access' },
})
const app = createApp({ issuer: pool, fetch, now })

it('lists orders for whoever may read them', async () => {
  await request(app)
    .get('/orders')
    .use(as({ scope: 'orders/read' }))
    .expect(200)
  await request(app).get('/orders').use(as()).expect(403)
})
