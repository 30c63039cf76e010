import type { Express } from 'express'
import express from 'express'
import express4 from 'express4'
import Koa from 'koa'
import Koa2 from 'koa2'
import supertest from 'supertest'
import { createAuth as createExpressAuth } from 'tollgate/express'
import { createAuth as createKoaAuth } from 'tollgate/koa'
import { createTestIssuer } from 'tollgate/testing'
import { describe, expect, it } from 'vitest'

const issuer = createTestIssuer()
const values: unknown[] = [
  undefined,
  null,
  0,
  '',
  false,
  'route',
  'router',
  'text',
  1,
  new Error('x'),
  {},
]

/** The words for a value in the title of a test. */
function shown(value: unknown): string {
  if (typeof value === 'string') return `the text '${value}'`
  if (value instanceof Error) return 'an Error'
  return typeof value === 'object' && value !== null ? 'an empty object' : String(value)
}

function expressApp(framework: unknown) {
  return (hook: () => never, where: 'check' | 'onRefuse') => {
    const { requireAuth } = createExpressAuth({
      ...issuer.trust(),
      ...(where === 'onRefuse' && { onRefuse: hook }),
    })
    const app = (framework as typeof express)() as Express
    app.set('env', 'test')
    app.use(where === 'check' ? requireAuth({ check: hook }) : requireAuth())
    app.get('/', (_req, res) => void res.json('reached'))
    app.get('/', (_req, res) => void res.json('reached, too'))
    return app
  }
}

function koaApp(Framework: unknown) {
  return (hook: () => never, where: 'check' | 'onRefuse') => {
    const { requireAuth } = createKoaAuth({
      ...issuer.trust(),
      ...(where === 'onRefuse' && { onRefuse: hook }),
    })
    const app = new (Framework as typeof Koa)()
    app.silent = true
    app.use(where === 'check' ? requireAuth({ check: hook }) : requireAuth())
    app.use((ctx) => {
      ctx.body = 'reached'
    })
    return app.callback()
  }
}

describe.each([
  ['Express 4', expressApp(express4)],
  ['Express 5', expressApp(express)],
  ['Koa 2', koaApp(Koa2)],
  ['Koa 3', koaApp(Koa)],
] as const)('values that hooks throw in %s', (framework, createApp) => {
  const throwing = (value: unknown) => (): never => {
    throw value
  }
  const rejecting = (value: unknown) => () => Promise.reject(value) as never

  it.each(values.map((value) => [shown(value), value] as const))(
    `a hook that throws %s fails the request in ${framework}`,
    async (_, value) => {
      for (const hook of [throwing(value), rejecting(value)]) {
        const checked = supertest(createApp(hook, 'check'))
          .get('/')
          .auth(issuer.mint(), { type: 'bearer' })
        expect((await checked).status).toBe(500)
        const refused = await supertest(createApp(hook, 'onRefuse')).get('/')
        expect(refused.status).toBe(500)
        expect(refused.text).not.toContain('reached')
      }
    },
  )
})

describe('an answer that earlier middleware has given', () => {
  it('an answer that earlier Express middleware has given is left as it is', async () => {
    const { requireAuth } = createExpressAuth(issuer.trust())
    const errors: unknown[] = []
    const app = express()
    app.use((_req, res, next) => {
      res.status(504).end()
      next()
    })
    app.use(requireAuth())
    app.use(((error, _req, _res, _next) => {
      errors.push(error)
    }) satisfies express.ErrorRequestHandler)
    await supertest(app).get('/').expect(504)
    expect(errors).toEqual([])
  })
})

describe('an onRefuse that fails', () => {
  it('an onRefuse that calls next and then throws causes only one error in Express', async () => {
    const seen: unknown[] = []
    const { requireAuth } = createExpressAuth({
      ...issuer.trust(),
      onRefuse: async (error, _req, _res, next) => {
        next(error)
        throw new Error('late')
      },
    })
    const app = express()
    app.use(requireAuth())
    app.use(((error, _req, res, _next) => {
      seen.push(error)
      res.status(error.status).end()
    }) satisfies express.ErrorRequestHandler)
    await supertest(app).get('/').expect(401)
    expect(seen).toHaveLength(1)
  })

  it('an onRefuse that does not wait for next causes no unhandled rejection in Koa', async () => {
    const rejections: unknown[] = []
    const listen = (reason: unknown): void => void rejections.push(reason)
    process.on('unhandledRejection', listen)
    try {
      const { requireAuth } = createKoaAuth({
        ...issuer.trust(),
        onRefuse: (_error, ctx, next) => {
          ctx.status = 418
          void next()
        },
      })
      const app = new Koa()
      app.use(requireAuth())
      await supertest(app.callback()).get('/').expect(418)
      await new Promise((resolve) => setTimeout(resolve, 20))
      expect(rejections).toEqual([])
    } finally {
      process.off('unhandledRejection', listen)
    }
  })

  it('a refusal that onRefuse throws is answered by Koa and not logged as a failure', async () => {
    const logged: unknown[] = []
    const { requireAuth } = createKoaAuth({
      ...issuer.trust(),
      onRefuse: (error) => {
        throw error
      },
    })
    const app = new Koa()
    const print = console.error
    console.error = (...line) => void logged.push(line)
    try {
      app.use(requireAuth())
      const answer = await supertest(app.callback()).get('/').expect(401)
      expect(answer.headers['www-authenticate']).toBe('Bearer realm="api"')
      expect(logged).toEqual([])
    } finally {
      console.error = print
    }
  })
})
