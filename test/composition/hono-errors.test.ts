import { getRequestListener } from '@hono/node-server'
import type { Handler } from 'hono'
import { Hono } from 'hono'
import { cors } from 'hono/cors'
import { HTTPException } from 'hono/http-exception'
import { streamSSE } from 'hono/streaming'
import { timeout } from 'hono/timeout'
import type { AuthError } from 'tollgate'
import type { OnRefuse } from 'tollgate/hono'
import { createAuth } from 'tollgate/hono'
import { describe, expect, it, vi } from 'vitest'
import {
  challenge,
  createHeldIssuer,
  expectNoStrayErrors,
  issuer,
  origin,
  pause,
  serving,
} from './stage.ts'

expectNoStrayErrors()

/**
 * A guarded app. `seen` holds the errors that reached its `onError`, which it has with `custom`.
 */
function guarded(
  handler: Handler,
  { onRefuse, custom = true }: { onRefuse?: OnRefuse; custom?: boolean } = {},
) {
  const seen: unknown[] = []
  const refused: AuthError[] = []
  const ran = { handler: 0 }
  const { requireAuth } = createAuth({
    ...issuer.trust(),
    ...(onRefuse && {
      onRefuse: (error, ...rest) => {
        refused.push(error)
        return onRefuse(error, ...rest)
      },
    }),
  })
  const app = new Hono()
  if (custom) {
    app.onError((error, c) => {
      seen.push(error)
      const { status = 500, headers = {} } = error as Partial<AuthError>
      return c.text('custom', status as 500, { ...headers })
    })
  }
  app.use(cors({ origin }))
  app.use(async (c, next) => {
    c.header('X-Before', 'kept')
    await next()
  })
  app.get('/', requireAuth(), (c, next) => {
    ran.handler++
    return handler(c, next)
  })
  return { app, seen, refused, ran }
}
const reached: Handler = (c) => c.text('reached')
const call = (app: Hono, headers: Record<string, string> = {}) =>
  app.request('/', { headers: { origin, ...headers } })

describe('an error behind the guard', () => {
  const failure = Object.assign(new Error('later'), { status: 409 })
  const failing: Record<string, Handler> = {
    'a throw': () => {
      throw failure
    },
    'a rejection': () => Promise.reject(failure),
    'an HTTPException': () => {
      throw new HTTPException(409)
    },
  }

  it.each(Object.keys(failing))(
    '%s behind the guard reaches onError of Hono once and is no refusal',
    async (kind) => {
      const onRefuse: OnRefuse = (_error, c) => c.text('refused', 418)
      const { app, seen, refused } = guarded(failing[kind] as Handler, { onRefuse })
      const answer = await call(app, issuer.headers())
      expect([answer.status, await answer.text()]).toEqual([409, 'custom'])
      expect(seen).toHaveLength(1)
      expect(refused).toEqual([])
    },
  )
})

describe('the hook onRefuse', () => {
  const hooks = [
    [
      'throws',
      (value: unknown) => () => {
        throw value
      },
    ],
    [
      'rejects',
      (value: unknown) => async () => {
        await pause(1)
        throw value
      },
    ],
  ] as const

  it.each(hooks)('an onRefuse that %s causes exactly one error in Hono', async (_how, hook) => {
    const print = vi.spyOn(console, 'error').mockImplementation(() => {})
    try {
      for (const value of [new Error('hook'), 'text', null, undefined]) {
        const { app, seen, ran } = guarded(reached, { onRefuse: hook(value) })
        expect((await call(app)).status).toBe(500)
        expect(seen).toHaveLength(1)
        const bare = guarded(reached, { onRefuse: hook(value), custom: false })
        expect((await call(bare.app)).status).toBe(500)
        expect(ran.handler + bare.ran.handler).toBe(0)
      }
    } finally {
      print.mockRestore()
    }
  })

  it('an onRefuse that throws the refusal is answered by Hono with its status and challenge', async () => {
    const passing: OnRefuse[] = [
      (error) => {
        throw error
      },
      async (error) => {
        await pause(1)
        throw error
      },
    ]
    for (const onRefuse of passing) {
      for (const custom of [true, false]) {
        const { app, seen, refused, ran } = guarded(reached, { onRefuse, custom })
        const { status, headers } = await call(app)
        expect(status).toBe(401)
        expect(headers.get('www-authenticate')).toBe(challenge)
        expect(headers.get('cache-control')).toBe('no-store')
        expect(headers.get('access-control-allow-origin')).toBe(origin)
        expect(headers.get('x-before')).toBe('kept')
        expect(seen).toEqual(custom ? refused : [])
        expect(ran.handler).toBe(0)
      }
    }
  })

  it('an error of onRefuse in a Hono sub-app reaches the onError of the sub-app, if it has one', async () => {
    const { requireAuth } = createAuth({
      ...issuer.trust(),
      onRefuse: (error) => {
        throw error
      },
    })
    const inner = () => new Hono().use(requireAuth()).get('/', reached) as unknown as Hono
    const own = inner().onError((error, c) => c.text('inner', (error as AuthError).status as 401))
    const app = new Hono()
      .onError((_error, c) => c.text('outer', 500))
      .route('/own', own)
      .route('/none', inner())
    expect(await (await app.request('/own')).text()).toBe('inner')
    expect(await (await app.request('/none')).text()).toBe('outer')
  })

  it('onRefuse may answer with a Hono response, at once or later, and any other result leaves the answer to the guard', async () => {
    const teapot: OnRefuse = (_error, c) => c.text('no', 418)
    for (const onRefuse of [
      teapot,
      async (...all: Parameters<OnRefuse>) => {
        await pause(5)
        return teapot(...all)
      },
    ]) {
      const { app, ran } = guarded(reached, { onRefuse })
      const answer = await call(app)
      expect([answer.status, await answer.text()]).toEqual([418, 'no'])
      expect(answer.headers.get('x-before')).toBe('kept')
      expect(answer.headers.get('access-control-allow-origin')).toBe(origin)
      expect(ran.handler).toBe(0)
    }
    // A hook such as `() => count++` gives a number by accident.
    for (const given of [undefined, null, 0, 1, true, '', 'text', {}]) {
      const { app, ran } = guarded(reached, { onRefuse: async () => given })
      const answer = await call(app)
      expect(answer.status).toBe(401)
      expect(answer.headers.get('www-authenticate')).toBe(challenge)
      expect(ran.handler).toBe(0)
    }
  })
})

describe('a stream', () => {
  it('a guarded Hono handler can stream its answer chunk by chunk', async () => {
    const { app } = guarded((c) =>
      streamSSE(c, async (stream) => {
        await stream.writeSSE({ data: 'a' })
        await pause(5)
        await stream.writeSSE({ data: 'b' })
      }),
    )
    await serving(getRequestListener(app.fetch), async (url) => {
      const answer = await fetch(url, { headers: issuer.headers() })
      expect(await answer.text()).toBe('data: a\n\ndata: b\n\n')
      expect(answer.headers.get('transfer-encoding')).toBe('chunked')
    })
  })

  it('a guarded Hono stream that fails half-way is broken off and not answered again', async () => {
    const { app, seen, refused } = guarded(() => {
      const halves = (async function* () {
        yield new TextEncoder().encode('half')
        await pause(5)
        throw new Error('half-way')
      })()
      return new Response(
        new ReadableStream({
          async pull(controller) {
            const { value, done } = await halves.next()
            if (done) controller.close()
            else controller.enqueue(value)
          },
        }),
      )
    })
    const answer = await call(app, issuer.headers())
    expect(answer.status).toBe(200)
    await expect(answer.text()).rejects.toThrow('half-way')
    expect([seen, refused]).toEqual([[], []])
  })
})

it('a Hono time limit that answers while keys are fetched gives the only answer', async () => {
  const held = createHeldIssuer()
  const { requireAuth } = createAuth(held.options)
  for (const requirements of [{ scope: 'missing' }, {}]) {
    const app = new Hono().use(timeout(20)).get('/', requireAuth(requirements), reached)
    const answer = await app.request('/', { headers: held.issuer.headers() })
    expect(answer.status).toBe(504)
  }
  held.answer()
  await pause(20)
})
