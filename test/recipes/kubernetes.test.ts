import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import supertest from 'supertest'
import { createTestIssuer } from 'tollgate/testing'
import { describe, expect, it } from 'vitest'
import { createApp, insideCluster } from '../../examples/recipes/kubernetes.ts'
import { createPrivateCa } from './private-ca.ts'
import { serving } from './serving.ts'

const audience = 'https://orders.shop.svc'
const iss = 'https://kubernetes.default.svc.cluster.local'
const cluster = createTestIssuer({ shape: 'kubernetes', url: iss, audience })
const web = { sub: 'system:serviceaccount:shop:web' }

/** Stands in for an API server: it gives its keys to whoever shows the token of a pod. */
async function inCluster(
  use: (
    call: (token?: string) => supertest.Test,
    asked: string[],
    renew: () => void,
  ) => Promise<void>,
): Promise<void> {
  using ca = createPrivateCa()
  const asked: string[] = []
  let podToken = ''
  const renew = (): void => {
    podToken = `token-${asked.length}`
    writeFileSync(join(ca.folder, 'token'), `${podToken}\n`)
  }
  renew()
  const server = ca.createServer(({ url = '', headers }, res) => {
    asked.push(url)
    const known = headers.authorization === `Bearer ${podToken}`
    res
      .writeHead(known ? 200 : 401, { 'content-type': 'application/jwk-set+json' })
      .end(known ? JSON.stringify(cluster.jwks) : '{}')
  })
  await serving(server, (port) => {
    const apiServer = `https://localhost:${port}`
    const options = insideCluster({ issuer: iss, apiServer, folder: ca.folder })
    const app = createApp({ ...options, now: cluster.now })
    return use(
      (token) => {
        const call = supertest(app).get('/orders')
        return token === undefined ? call : call.auth(token, { type: 'bearer' })
      },
      asked,
      renew,
    )
  })
}

describe('examples/recipes/kubernetes.ts', () => {
  it('fetches the keys as the pod, with the authority of the cluster, and nothing else', () =>
    inCluster(async (call, asked) => {
      await call(cluster.mint(web)).expect(200, { ordersFor: web.sub })
      expect(asked).toEqual(['/openid/v1/jwks'])
    }))

  it('reads the token of the pod anew for each fetch', () =>
    inCluster(async (call, asked, renew) => {
      await call(cluster.mint(web)).expect(200)
      renew()
      // Keys are fetched again at this age.
      cluster.clock.advance(600)
      await call(cluster.mint(web)).expect(200)
      expect(asked).toHaveLength(2)
    }))

  it('refuses who may not call, and tokens that are not good here', () =>
    inCluster(async (call) => {
      await call().expect(401)
      await call(cluster.mint({ sub: 'system:serviceaccount:other:web' })).expect(403)
      await call(cluster.bad.expired(web)).expect(401)
      await call(cluster.bad.wrongKey(web)).expect(401)
      // The token that each pod has by default is for the API server.
      await call(cluster.mint({ ...web, aud: 'https://kubernetes.default.svc' })).expect(401)
    }))
})
