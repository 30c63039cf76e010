import { createTestIssuer } from 'tollgate/testing'
import { describe, expect, it } from 'vitest'
import type { AdapterSetup, NodeRequest } from './adapter.ts'
import { bearer, takesNodeRequests, through } from './adapter.ts'
import { adapters, serverlessAdapters } from './all.ts'
import { keptOpen } from './kept-open.ts'

const issuer = createTestIssuer()
const good = bearer(issuer.mint({ sub: 'alice' }))
const routes = { '/me': [{}], '/optional': [{ optional: true }] }

/** Ways in which other code makes it impossible to assign the member `auth` of an object. */
const obstacles: Readonly<Record<string, (target: object) => void>> = {
  'is a getter': (target) =>
    Object.defineProperty(target, 'auth', { get: () => ({ subject: 'mallory' }) }),
  'is a getter that throws': (target) =>
    Object.defineProperty(target, 'auth', {
      get() {
        throw new Error('the session is not loaded')
      },
    }),
  'cannot be written': (target) =>
    Object.defineProperty(target, 'auth', { value: { subject: 'mallory' }, writable: false }),
  'has a setter that throws null': (target) =>
    Object.defineProperty(target, 'auth', {
      set() {
        throw null
      },
    }),
  'has a setter that throws': (target) =>
    Object.defineProperty(target, 'auth', {
      set() {
        throw new Error('the session is read-only')
      },
    }),
}

/** Values that a hand-made event of a serverless function may hold where a header's text belongs. */
const noTexts: Readonly<Record<string, unknown>> = {
  'a number': 5,
  null: null,
  true: true,
  false: false,
  'an object': { scheme: 'Bearer' },
  'a String object': new String(good[1]),
  'a function': () => good[1],
  'a symbol': Symbol('Bearer'),
  'a list with a number in it': [good[1], 5],
  'a list in a list': [[good[1]]],
}

describe.each([...adapters, ...serverlessAdapters].filter(takesNodeRequests))(
  'a request that other code has changed in $name',
  (adapter) => {
    const { name } = adapter
    let current: AdapterSetup['prepare']
    const call = keptOpen(adapter, {
      auth: issuer.trust(),
      routes,
      prepare: (request, target) => current?.(request, target),
    })
    const statuses = async (prepare: AdapterSetup['prepare'], ...headers: [string, string][]) => {
      current = prepare
      const answers = [await call('/me', headers), await call('/optional', headers)]
      for (const { body } of answers) expect(body).not.toContain('mallory')
      return answers.map(({ status }) => status)
    }

    it.each(Object.entries(obstacles))(
      `${name} fails the request where the member auth %s`,
      async (_what, obstruct) => {
        const prepare: AdapterSetup['prepare'] = (_request, target) => void obstruct(target)
        expect(await statuses(prepare, good)).toEqual([500, 500])
      },
    )

    it(`${name} still answers a request without a token where the member auth cannot be assigned`, async () => {
      const prepare: AdapterSetup['prepare'] = (_request, target) =>
        void Object.defineProperty(target, 'auth', { get: () => undefined })
      expect((await statuses(prepare))[0]).toBe(401)
    })

    it(`${name} fails a refused request where to read the member auth throws null`, async () => {
      const prepare: AdapterSetup['prepare'] = (_request, target) =>
        void Object.defineProperty(target, 'auth', {
          get() {
            throw null
          },
        })
      expect((await statuses(prepare))[0]).toBe(500)
    })

    it.each(Object.entries(noTexts))(
      `${name} answers 400 where the Authorization header is %s and no text`,
      async (_what, value) => {
        const inHeaders = ({ headers }: NodeRequest): void =>
          void Object.assign(headers, { authorization: value })
        expect(await statuses(inHeaders, good)).toEqual([400, 400])
      },
    )

    it.each(Object.entries(noTexts))(
      `${name} answers 400 where an Authorization header in rawHeaders is %s and no text`,
      async (_what, value) => {
        for (const raw of [
          ['Authorization', value],
          ['authorization', good[1], 'Authorization', value],
          ['Authorization', value, 'authorization', good[1]],
        ]) {
          const inRaw = (request: NodeRequest): void =>
            void Object.defineProperty(request, 'rawHeaders', { value: raw })
          expect(await statuses(inRaw, good)).toEqual([400, 400])
        }
      },
    )

    it(`${name} reads past names and values in rawHeaders that are no text and belong to other headers`, async () => {
      for (const raw of [[null, 1, undefined, 2, 3, 4, {}, 5, 'X-Correlation', 6], 7, null]) {
        const inRaw = (request: NodeRequest): void =>
          void Object.defineProperty(request, 'rawHeaders', { value: raw })
        expect(await statuses(inRaw, good)).toEqual([200, 200])
      }
    })
  },
)

describe.each(adapters.filter(({ name }) => name.startsWith('Koa')))(
  'a context that other code has changed in $name',
  (adapter) => {
    it(`${adapter.name} fails the request where ctx.state is frozen`, async () => {
      const prepare: AdapterSetup['prepare'] = (_request, target) => void Object.freeze(target)
      const setup = { auth: issuer.trust(), routes, prepare }
      await through(adapter, setup, async ({ call }) => {
        expect((await call('/me', [good])).status).toBe(500)
        expect((await call('/me')).status).toBe(401)
      })
    })
  },
)
