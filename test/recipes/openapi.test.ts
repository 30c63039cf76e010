import supertest from 'supertest'
import { createTestIssuer } from 'tollgate/testing'
import { describe, expect, it } from 'vitest'
import { createApp, securityOf } from '../../examples/recipes/openapi.ts'

const issuer = createTestIssuer()
const app = createApp(issuer.trust(), issuer.url)

describe('examples/recipes/openapi.ts', () => {
  it('says in its document what its guards demand', async () => {
    const { body } = await supertest(app).get('/openapi.json').expect(200)
    expect(body.components.securitySchemes).toEqual({
      token: {
        type: 'openIdConnect',
        openIdConnectUrl: `${issuer.url}/.well-known/openid-configuration`,
      },
    })
    for (const [path, item] of Object.entries<Record<string, { security: object[] }>>(body.paths)) {
      for (const [method, { security }] of Object.entries(item)) {
        const call = (token?: string) => {
          const asked = supertest(app)[method as 'get' | 'post'](path)
          return token === undefined ? asked : asked.auth(token, { type: 'bearer' })
        }
        expect(security).not.toEqual([])
        for (const alternative of security) {
          const scopes = (alternative as { token?: string[] }).token
          const claims = { scope: scopes?.join(' ') ?? '', roles: ['clerk'] }
          await call(scopes && issuer.mint(claims)).expect(200)
          if (scopes?.length) await call(issuer.mint({ ...claims, scope: 'other' })).expect(403)
        }
        const isOpen = security.some((alternative) => Object.keys(alternative).length === 0)
        await call().expect(isOpen ? 200 : 401)
        await call(issuer.bad.expired()).expect(401)
      }
    }
    await supertest(app)
      .post('/refunds')
      .use(issuer.as({ scope: 'refunds' }))
      .expect(403)
  })

  it.each([
    [{}, [{ token: [] }]],
    [{ scope: 'a b' }, [{ token: ['a', 'b'] }]],
    [{ scope: ['a'], anyScope: ['b', 'c'] }, [{ token: ['a', 'b'] }, { token: ['a', 'c'] }]],
    [{ scope: 'a', optional: true }, [{}, { token: ['a'] }]],
  ])('%j are the alternatives %j', (requirements, security) => {
    expect(securityOf(requirements)).toEqual(security)
  })
})
