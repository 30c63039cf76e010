import type { RequestHandler } from 'express'
import express from 'express'
import { createSchema, createYoga } from 'graphql-yoga'
import supertest from 'supertest'
import { createAuth } from 'tollgate/express'
import { createTestIssuer } from 'tollgate/testing'
import { describe, expect, it } from 'vitest'
import { createApp } from '../../examples/recipes/graphql-apollo.ts'
import type { Context } from '../../examples/recipes/graphql-schema.ts'
import { resolvers, typeDefs } from '../../examples/recipes/graphql-schema.ts'
import { createHandler } from '../../examples/recipes/graphql-yoga.ts'

const issuer = createTestIssuer()
const yoga = createHandler(issuer.trust())
const apollo = await createApp(issuer.trust())

type Send = (
  query: string,
  token?: string,
) => Promise<{ status: number; headers: Headers; body: unknown }>

const sendToYoga: Send = async (query, token) => {
  const headers: Record<string, string> = { 'content-type': 'application/json' }
  if (token !== undefined) headers['authorization'] = `Bearer ${token}`
  const answer = await yoga(
    new Request('https://api.test/graphql', {
      method: 'POST',
      headers,
      body: JSON.stringify({ query }),
    }),
  )
  return { status: answer.status, headers: answer.headers, body: await answer.json() }
}
const sendToApollo: Send = async (query, token) => {
  const call = supertest(apollo).post('/graphql').send({ query })
  if (token !== undefined) call.auth(token, { type: 'bearer' })
  const { status, headers, body } = await call
  return { status, headers: new Headers(headers), body }
}

describe.each([
  ['graphql-yoga', sendToYoga],
  ['graphql-apollo', sendToApollo],
] as const)('examples/recipes/%s.ts', (_, send) => {
  const alice = { sub: 'alice', scope: 'orders:read' }
  const refused = (code: string, status: number) => ({
    data: { orders: null },
    errors: [
      expect.objectContaining({
        message: 'refused',
        path: ['orders'],
        extensions: { code, status },
      }),
    ],
  })

  it('answers each field by what it asks for', async () => {
    expect((await send('{ news }')).body).toEqual({ data: { news: 'everything is open today' } })
    expect((await send('{ orders }', issuer.mint(alice))).body).toEqual({
      data: { orders: ['a lantern of alice'] },
    })
    expect((await send('{ orders }')).body).toMatchObject(refused('not_signed_in', 401))
    expect((await send('{ orders }', issuer.mint())).body).toMatchObject(
      refused('insufficient_scope', 403),
    )
  })

  it('refuses one field, and answers the others', async () => {
    expect((await send('{ news orders }')).body).toMatchObject({
      data: { news: 'everything is open today', orders: null },
    })
  })

  it.each([
    [{ scope: 'orders:write' }, null],
    [{ roles: ['clerk'] }, null],
    [{ scope: 'orders:write', roles: ['clerk'] }, '7'],
  ])('a mutation with %j gives %j', async (claims, cancel) => {
    const { body } = await send('mutation { cancel(id: "7") }', issuer.mint(claims))
    expect(body).toMatchObject({ data: { cancel } })
  })

  it.each([
    ['expired', issuer.bad.expired(alice)],
    ['of the wrong key', issuer.bad.wrongKey(alice)],
  ])(
    'refuses a token that is %s before GraphQL, also for fields that are open',
    async (_kind, token) => {
      const { status, headers } = await send('{ news }', token)
      expect(status).toBe(401)
      expect(headers.get('www-authenticate')).toContain('error="invalid_token"')
    },
  )
})

it('Yoga in Express knows who calls, as the page says', async () => {
  const { requireAuth, getAuth } = createAuth(issuer.trust())
  type Served = Context & { req: object }
  const served = createYoga<Served, Context>({
    schema: createSchema<Served>({ typeDefs, resolvers }),
    context: ({ req }) => ({ auth: getAuth(req, { optional: true }) }),
  })
  const handler = served as unknown as RequestHandler
  const app = express().use('/graphql', requireAuth({ optional: true }), handler)
  const send = () => supertest(app).post('/graphql').send({ query: '{ orders }' })
  const { body } = await send().use(issuer.as({ sub: 'alice', scope: 'orders:read' }))
  expect(body).toEqual({ data: { orders: ['a lantern of alice'] } })
  expect((await send()).body).toMatchObject({ data: { orders: null } })
  await send().auth(issuer.bad.expired(), { type: 'bearer' }).expect(401)
})
