import type { Auth, AuthEvent, Verifier } from 'tollgate'
import { createVerifier } from 'tollgate'
import type { GetAuth } from 'tollgate/express'
import { createAuth as createExpressAuth } from 'tollgate/express'
import { createAuth as createFastifyAuth } from 'tollgate/fastify'
import { createAuth as createFetchAuth } from 'tollgate/fetch'
import { createAuth as createHonoAuth } from 'tollgate/hono'
import { createAuth as createKoaAuth } from 'tollgate/koa'
import { createAuth as createNestAuth } from 'tollgate/nest'
import { createAuth as createNodeAuth } from 'tollgate/node'
import { expect, expectTypeOf, it } from 'vitest'

const options = { issuer: 'https://login.example.com', audience: 'https://api.example.com' }

interface Claims {
  sub: string
  roles: string[]
}

it('functions beside options that are spread have the types of their parameters', () => {
  createExpressAuth({
    ...options,
    onEvent(event) {
      expectTypeOf(event).toEqualTypeOf<AuthEvent>()
    },
    revocation(auth) {
      expectTypeOf(auth.subject).toEqualTypeOf<string>()
      return false
    },
    fetch(url, init) {
      expectTypeOf(url).toEqualTypeOf<string>()
      expectTypeOf(init.signal).toEqualTypeOf<AbortSignal>()
      return fetch(url, init)
    },
  })
  createKoaAuth({ ...options, onEvent: (event) => expectTypeOf(event).toEqualTypeOf<AuthEvent>() })
  createFastifyAuth({ ...options, onEvent: ({ type }) => console.log(type) })
  createHonoAuth({ ...options, onEvent: ({ type }) => console.log(type) })
  createNestAuth({ ...options, onEvent: ({ type }) => console.log(type) })
  createFetchAuth({ ...options, onEvent: ({ type }) => console.log(type) })
  createNodeAuth({ ...options, onEvent: ({ type }) => console.log(type) })
})

it('a verifier of your own needs verify() alone, and its type is that of the claims', async () => {
  const made: Verifier = createVerifier(options)
  const verify = async (_token: string): Promise<Auth<Claims>> => {
    throw new TypeError('not called')
  }
  const { getAuth } = createExpressAuth({ verifier: { verify } })
  expectTypeOf(getAuth).toEqualTypeOf<GetAuth<Claims>>()
  createKoaAuth({ verifier: { verify } })
  createFastifyAuth<Claims>({ verifier: { verify } })
  createHonoAuth({ verifier: { verify: async (token) => made.verify(token) } })
  createNestAuth({
    verifier: {
      verify(token) {
        expectTypeOf(token).toEqualTypeOf<string>()
        return made.verify(token)
      },
    },
  })
  createFetchAuth({ verifier: made }).verifier.close()
  createNodeAuth({ verifier: { verify } })

  // @ts-expect-error an Auth is what guards attach
  createExpressAuth({ verifier: { verify: async () => ({ subject: 'ada' }) } })
  // @ts-expect-error there is no verify()
  expect(() => createExpressAuth({ verifier: {} })).toThrow(TypeError)
})

it('a verifier stands alone, also beside options that are spread', () => {
  const verifier = createVerifier(options)
  // @ts-expect-error `issuer` and `audience` would have no effect
  expect(() => createExpressAuth({ ...options, verifier })).toThrow(TypeError)
  // @ts-expect-error `onEvent` would have no effect
  expect(() => createExpressAuth({ verifier, onEvent() {} })).toThrow(TypeError)
  createExpressAuth({
    verifier,
    onRefused(error) {
      expectTypeOf(error.status).toEqualTypeOf<number>()
    },
  })
})
