import supertest from 'supertest'
import { createTestIssuer } from 'tollgate/testing'
import { describe, expect, it } from 'vitest'
import { createApp, currentAuth, currentRequestId } from '../../examples/recipes/request-context.ts'

const issuer = createTestIssuer()

describe('examples/recipes/request-context.ts', () => {
  const lines: string[] = []
  const app = createApp(issuer.trust(), (line) => lines.push(line))
  const orders = (token: string) => supertest(app).get('/orders').auth(token, { type: 'bearer' })

  it('knows who calls in functions that are given no request, also of calls at the same time', async () => {
    const names = Array.from({ length: 20 }, (_, index) => `user-${index}`)
    const answers = await Promise.all(
      names.map((sub) => orders(issuer.mint({ sub, scope: 'orders:read' })).expect(200)),
    )
    expect(answers.map(({ body }) => body.ordersOf)).toEqual(names)
  })

  it('knows nobody where no guard let the request pass', async () => {
    await orders(issuer.bad.expired()).expect(401)
    await orders(issuer.mint()).expect(403)
    await supertest(app)
      .get('/unguarded')
      .use(issuer.as({ scope: 'orders:read' }))
      .expect(500)
    expect(() => currentAuth()).toThrow('no request is under way')
    expect(currentRequestId()).toBeUndefined()
  })

  it('joins the hint of a refusal to its request', async () => {
    lines.length = 0
    await Promise.all([
      orders(issuer.bad.expired()).expect(401),
      orders(issuer.bad.wrongAudience()).expect(401),
    ])
    const logged = lines.map((line) => JSON.parse(line))
    for (const reason of ['expired', 'audience']) {
      const [hinted, refused, ...more] = logged.filter((line) => line.reason === reason)
      expect(more).toEqual([])
      expect(hinted.hint).toEqual(expect.any(String))
      expect(refused).toMatchObject({ status: 401, request: hinted.request })
      expect(refused.request).toMatch(/^[\da-f-]{36}$/)
    }
  })
})
