import request from 'supertest'
import {
  authorized,
  createTestIssuer,
  faults,
  forbidden,
  unauthorized,
  unavailable,
} from 'tollgate/testing'
import { it } from 'vitest'
import { createApp } from '../express.ts'

const issuer = createTestIssuer()
const app = createApp(issuer.trust())

it('answers each caller as RFC 6750 says', async () => {
  const get = () => request(app).get('/orders')
  await get().expect(unauthorized({ error: null, scope: 'orders:read' }))
  await get()
    .auth(issuer.bad.expired(), { type: 'bearer' })
    .expect(unauthorized({ error: 'invalid_token' }))
  await get()
    .use(issuer.as())
    .expect(forbidden({ scope: 'orders:read' }))
  await get()
    .use(issuer.as({ scope: 'orders:read' }))
    .expect(authorized())
})

it('says that it is unavailable while the issuer is down and no keys are loaded', async () => {
  const down = createTestIssuer()
  down.fail('*', faults.refuse())
  const cold = createApp(down.trust())
  await request(cold).get('/orders').use(down.as()).expect(unavailable())
})
