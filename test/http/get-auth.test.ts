import * as express from 'tollgate/express'
import * as fastify from 'tollgate/fastify'
import * as fetch from 'tollgate/fetch'
import * as hono from 'tollgate/hono'
import * as koa from 'tollgate/koa'
import * as nest from 'tollgate/nest'
import { createAuth, getAuth } from 'tollgate/node'
import { createTestIssuer } from 'tollgate/testing'
import { afterEach, describe, expect, it } from 'vitest'

const issuer = createTestIssuer()
const first = createAuth(issuer.trust())
const second = createAuth(issuer.trust())
const registry = Symbol.for('tollgate.copies')

const requestOf = (authorization?: string) => ({
  headers: authorization === undefined ? {} : { authorization },
})
const signedIn = () => requestOf(`Bearer ${issuer.mint({ sub: 'alice' })}`)
const response = () => ({ statusCode: 200, setHeader() {}, end() {} })

describe('what getAuth says where it knows no caller', () => {
  it('getAuth says that a route without a guard has none', () => {
    for (const read of [getAuth, first.getAuth]) {
      expect(() => read(signedIn())).toThrow(/^tollgate: this route has no guard: put requireAuth/)
      expect(read(signedIn(), { optional: true })).toBeUndefined()
    }
  })

  it.each<[string, (request: never, options?: never) => unknown]>([
    ['express', express.getAuth],
    ['koa', koa.getAuth],
    ['fastify', fastify.getAuth],
    ['hono', hono.getAuth],
    ['fetch', fetch.getAuth],
    ['node', getAuth],
    ['nest', nest.getAuth],
    ['node, of createAuth', first.getAuth],
    ['koa, of createAuth', koa.createAuth(issuer.trust()).getAuth],
  ])(
    'outside of a request, getAuth of %s says what it must be given, optional or not',
    (_, read) => {
      for (const nothing of [undefined, null, 'req', 7]) {
        for (const options of [undefined, { optional: true }]) {
          expect(() => read(nothing as never, options as never)).toThrow(
            /^tollgate: getAuth must be given the request, not /,
          )
        }
      }
    },
  )

  it('getAuth says that the caller is anonymous behind an optional guard', async () => {
    const request = requestOf()
    await first.requireAuth({ optional: true })(request, response())
    for (const read of [getAuth, first.getAuth]) {
      expect(() => read(request)).toThrow(/^tollgate: the caller is anonymous/)
      expect(read(request, { optional: true })).toBeUndefined()
    }
  })

  it('getAuth says that a guard has refused the request, even after an earlier guard has admitted it', async () => {
    const request = signedIn()
    await first.requireAuth()(request, response())
    expect(await second.requireAuth({ scope: 'missing' })(request, response())).toBe(false)
    for (const read of [getAuth, first.getAuth, second.getAuth]) {
      expect(() => read(request)).toThrow(/^tollgate: a guard has refused this request/)
      expect(read(request, { optional: true })).toBeUndefined()
    }
  })

  it('the getAuth of a createAuth says that a guard of another createAuth has admitted the request', async () => {
    const request = signedIn()
    await first.requireAuth()(request, response())
    expect(() => second.getAuth(request)).toThrow(/admitted by a guard of another createAuth: use/)
    expect(second.getAuth(request, { optional: true })).toBeUndefined()
    expect(first.getAuth(request)).toBe(getAuth(request))
  })

  it('a guard that admits a request after a refusal makes its caller known again', async () => {
    const request = signedIn()
    await first.requireAuth({ scope: 'missing' })(request, response())
    const found = await first.requireAuth()(request, response())
    expect([getAuth(request), first.getAuth(request)]).toEqual([found, found])
  })

  it('getAuth leaves nothing on a request that it reads', async () => {
    const request = signedIn()
    getAuth(request, { optional: true })
    expect(Reflect.ownKeys(request)).toEqual(['headers'])
  })
})

describe('how the copies of the package find each other', () => {
  const known = Object.getOwnPropertyDescriptor(globalThis, registry)
  afterEach(() => {
    Reflect.deleteProperty(globalThis, registry)
    if (known !== undefined) Object.defineProperty(globalThis, registry, known)
  })
  const admits = async () => {
    const request = signedIn()
    return (await createAuth(issuer.trust()).requireAuth()(request, response())) !== false
  }

  it('createAuth lists the copy on the global object once, where no loop over its members finds it', () => {
    Reflect.deleteProperty(globalThis, registry)
    for (let i = 0; i < 3; i++) createAuth(issuer.trust())
    const { value, enumerable } = Object.getOwnPropertyDescriptor(globalThis, registry) ?? {}
    expect([value.size, enumerable]).toEqual([1, false])
  })

  it.each<[string, unknown]>([
    ['undefined', undefined],
    ['a text', 'tollgate'],
    ['an object', {}],
  ])(
    'guards work as ever where other code has put %s in the place of that list',
    async (_, value) => {
      Object.defineProperty(globalThis, registry, { value, configurable: true })
      expect(await admits()).toBe(true)
      expect(() => getAuth(signedIn())).toThrow(/has no guard/)
    },
  )
})
