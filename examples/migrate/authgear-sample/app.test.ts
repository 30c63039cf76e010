import request from 'supertest'
import { authgear } from 'tollgate/issuers'
import { createTestIssuer } from 'tollgate/testing'
import { it } from 'vitest'
import { createApp } from './after.ts'

const endpoint = 'https://my-project.authgear.cloud'
const { fetch, now, as, bad } = createTestIssuer({ url: endpoint, audience: endpoint })
const app = createApp({ issuer: authgear({ endpoint }), fetch, now })

it('tells people who they are, by their access token alone', async () => {
  await request(app)
    .get('/me')
    .use(as({ sub: 'alice' }))
    .expect(200, { id: 'alice' })
  await request(app)
    .get('/me')
    .set({ authorization: `Bearer ${bad.idToken({ sub: 'alice' })}` })
    .expect(401)
})
