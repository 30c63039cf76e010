import type { ArgumentsHost, ExceptionFilter, ExecutionContext } from '@nestjs/common'
import { Controller, Get, UseGuards } from '@nestjs/common'
import supertest from 'supertest'
import type { AuthError } from 'tollgate'
import type { OnRefuse, Requirements } from 'tollgate/nest'
import { createAuth } from 'tollgate/nest'
import { describe, expect, it } from 'vitest'
import type { NestSetup } from './nest-stage.ts'
import { platforms, startNest } from './nest-stage.ts'
import {
  challenge,
  createHeldIssuer,
  expectNoStrayErrors,
  issuer,
  pause,
  serving,
  thrownByHooks,
} from './stage.ts'

expectNoStrayErrors()

describe.each(platforms)('errors and refusals of a guard of Nest on %s', (platform) => {
  const where = `Nest on ${platform}`

  /** An app with one guarded route. `seen` holds the errors that reached its filter of all errors. */
  const guarded = async ({
    onRefuse,
    custom = true,
    ...requirements
  }: Requirements & { onRefuse?: OnRefuse; custom?: boolean }) => {
    const seen: unknown[] = []
    const ran = { handler: 0 }
    const { requireAuth } = createAuth({ ...issuer.trust(), onRefuse })
    @Controller()
    class Orders {
      @Get()
      @UseGuards(requireAuth(requirements))
      get(): string {
        ran.handler++
        return 'orders'
      }
    }
    const filter: ExceptionFilter = {
      catch(error: Partial<AuthError>, host: ArgumentsHost) {
        seen.push(error)
        const response = host.switchToHttp().getResponse()
        response.status(error.status ?? 500).send('custom')
      },
    }
    const before: NestSetup['before'] = (app) => void (custom && app.useGlobalFilters(filter))
    const { listener } = await startNest(platform, { controllers: [Orders], before })
    return { app: supertest(listener), listener, seen, ran }
  }

  it(`an error that onRefuse throws reaches the filters of ${where}, which answer with its status and challenge`, async () => {
    const refused: AuthError[] = []
    const onRefuse: OnRefuse = (error) => {
      refused.push(error)
      throw error
    }
    const { app, seen, ran } = await guarded({ onRefuse })
    await app.get('/').expect(401, 'custom').expect('www-authenticate', challenge)
    await app.get('/').set('authorization', 'Bearer a b').expect(400, 'custom')
    expect(seen).toEqual(refused)
    expect(seen[0]).toMatchObject({
      status: 401,
      body: { type: 'about:blank', title: 'Unauthorized', status: 401 },
    })
    expect(ran.handler).toBe(0)
  })

  it(`the filter that every app of ${where} has answers an error of onRefuse with its status and challenge`, async () => {
    const { app } = await guarded({
      custom: false,
      onRefuse(error) {
        throw error
      },
    })
    await app
      .get('/')
      .expect(401, { statusCode: 401, message: 'the request carried no access token' })
      .expect('www-authenticate', challenge)
      .expect('cache-control', 'no-store')
  })

  it.each(thrownByHooks.map((value) => [String(value), value] as const))(
    `what onRefuse throws (%s) reaches the filters of ${where} as an error, without the challenge`,
    async (_name, value) => {
      for (const onRefuse of [
        () => {
          throw value
        },
        async () => {
          await pause(1)
          throw value
        },
      ]) {
        const { app, seen } = await guarded({ onRefuse })
        const { status, headers } = await app.get('/')
        expect([status, headers['www-authenticate']]).toEqual([500, undefined])
        expect(seen).toEqual([value instanceof Error ? value : expect.any(Error)])
      }
    },
  )

  it(`what check throws reaches the filters of ${where}, and the route is not reached`, async () => {
    const failure = new Error('the database is down')
    for (const check of [
      () => {
        throw failure
      },
      () => Promise.reject(failure),
    ]) {
      const { app, seen, ran } = await guarded({ check })
      await app.get('/').use(issuer.as({})).expect(500, 'custom')
      expect([seen, ran.handler]).toEqual([[failure], 0])
    }
  })

  it(`what onRefuse throws after it has answered is ignored by ${where}`, async () => {
    const { app, seen } = await guarded({
      onRefuse(_error, context) {
        context.switchToHttp().getResponse().status(418).send('no')
        throw new Error('afterwards')
      },
    })
    await app.get('/').expect(418, 'no')
    await pause(20)
    expect(seen).toEqual([])
  })

  it(`an answer of onRefuse is the only answer of ${where}, whenever it comes before the hook ends`, async () => {
    for (const wait of [0, 5]) {
      const { app, seen } = await guarded({
        async onRefuse(error, context: ExecutionContext) {
          if (wait > 0) await pause(wait)
          const { reason, headers } = error
          const response = context.switchToHttp().getResponse()
          const sent = response.status(418).header('X-Reason', reason)
          sent.header('WWW-Authenticate', headers['WWW-Authenticate']).send({ reason })
        },
      })
      await app
        .get('/')
        .expect(418, { reason: 'no-credentials' })
        .expect('x-reason', 'no-credentials')
        .expect('www-authenticate', challenge)
      await pause(5)
      expect(seen).toEqual([])
    }
  })

  it(`a guard of ${where} waits for slow keys, and answers callers who come meanwhile`, async () => {
    const held = createHeldIssuer()
    const { requireAuth } = createAuth(held.options)
    @Controller()
    class Orders {
      @Get()
      @UseGuards(requireAuth({ scope: 'a' }))
      get(): string {
        return 'orders'
      }
    }
    const { listener } = await startNest(platform, { controllers: [Orders] })
    await serving(listener, async (url) => {
      const waiting = fetch(url, { headers: held.issuer.headers({ scope: 'a' }) })
      await held.asked
      expect((await fetch(url)).status).toBe(401)
      held.answer()
      expect((await waiting).status).toBe(200)
      expect((await fetch(url, { headers: held.issuer.headers() })).status).toBe(403)
    })
  })
})
