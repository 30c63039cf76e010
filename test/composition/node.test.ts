import { once } from 'node:events'
import type { RequestListener, ServerResponse } from 'node:http'
import type { ClientHttp2Session, IncomingHttpHeaders, IncomingHttpStatusHeader } from 'node:http2'
import { connect, createServer as createHttp2Server } from 'node:http2'
import type { AddressInfo } from 'node:net'
import type { AuthError } from 'tollgate'
import type { OnRefuse } from 'tollgate/node'
import { createAuth, getAuth } from 'tollgate/node'
import { describe, expect, it } from 'vitest'
import {
  challenge,
  countedTrust,
  createDeferred,
  createHeldIssuer,
  dead,
  expectNoStrayErrors,
  issuer,
  origin,
  other,
  pause,
  preflight,
  serving,
  thrownByHooks,
} from './stage.ts'

expectNoStrayErrors()

interface Reply {
  readonly status: number
  readonly headers: Readonly<Record<string, unknown>>
  readonly body: string
}
interface Init {
  readonly method?: string
  readonly headers?: Record<string, string>
  readonly body?: string
}
type Call = (path: string, init?: Init) => Promise<Reply>
type Serve = (listener: RequestListener, use: (call: Call) => Promise<void>) => Promise<void>

const overHttp: Serve = (listener, use) =>
  serving(listener, (url) =>
    use(async (path, init) => {
      const answer = await fetch(`${url}${path}`, init)
      const headers = Object.fromEntries(answer.headers)
      return { status: answer.status, headers, body: await answer.text() }
    }),
  )

/** Opens one HTTP/2 session with a new server. */
async function withSession(
  listener: RequestListener,
  use: (session: ClientHttp2Session) => Promise<void>,
): Promise<void> {
  const server = createHttp2Server(listener as never).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const session = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  try {
    await use(session)
  } finally {
    session.destroy()
    server.close()
  }
}

const overHttp2: Serve = (listener, use) =>
  withSession(listener, (session) =>
    use(async (path, { method = 'GET', headers = {}, body } = {}) => {
      const stream = session.request({ ':path': path, ':method': method, ...headers })
      stream.end(body)
      const [answer] = (await once(stream, 'response')) as [
        IncomingHttpHeaders & IncomingHttpStatusHeader,
      ]
      let text = ''
      for await (const chunk of stream.setEncoding('utf8')) text += chunk
      return { status: answer[':status'] ?? 0, headers: answer, body: text }
    }),
  )

const { requireAuth } = createAuth(issuer.trust())
const as = (claims?: Record<string, unknown>, who = issuer) => ({ headers: who.headers(claims) })

/** A listener behind guards, as an application writes it. It answers errors with their status. */
function behind(
  guards: readonly ReturnType<typeof requireAuth>[],
  handle: RequestListener = (req, res) => res.end(getAuth(req).subject),
  seen: unknown[] = [],
): RequestListener {
  return async (req, res) => {
    try {
      for (const guard of guards) if ((await guard(req, res)) === false) return
      await handle(req, res)
    } catch (error) {
      seen.push(error)
      if (res.headersSent) return void res.destroy()
      const { status = 500, headers = {} } = error as Partial<AuthError>
      res.writeHead(status, { ...headers }).end('custom')
    }
  }
}

describe.each([
  ['node:http', overHttp],
  ['node:http2', overHttp2],
])('guards in %s', (name, serve) => {
  it(`in ${name}, two guards of one request both decide and verify the token once`, async () => {
    const { options, count } = countedTrust()
    const counted = createAuth(options)
    const guards = ['api', 'orders'].map((scope) => counted.requireAuth({ scope }))
    await serve(behind(guards), async (call) => {
      expect(await call('/', as({ sub: 'alice', scope: 'api orders' }))).toMatchObject({
        status: 200,
        body: 'alice',
      })
      expect(count.accepted).toBe(1)
      const inner = await call('/', as({ scope: 'api' }))
      expect([inner.status, JSON.parse(inner.body).scope]).toEqual([403, 'orders'])
      const outer = await call('/', as({ scope: 'orders' }))
      expect([outer.status, JSON.parse(outer.body).scope]).toEqual([403, 'api'])
      expect((await call('/none')).status).toBe(401)
    })
  })

  it(`in ${name}, two guards of different issuers accept tokens of neither, and getAuth gives the Auth of the last guard`, async () => {
    const theirs = createAuth(other.trust()).requireAuth()
    for (const guards of [
      [requireAuth(), theirs],
      [theirs, requireAuth()],
    ]) {
      await serve(behind(guards), async (call) => {
        for (const who of [issuer, other]) {
          expect((await call('/', as({}, who))).status).toBe(401)
        }
      })
    }
    const both = createAuth({ ...issuer.trust(), issuer: [issuer.url, other.url] })
    const found: unknown[] = []
    const check = (auth: object): boolean => found.push(auth) > 0
    const guards = [both.requireAuth({ check }), requireAuth({ check })]
    const sayLast: RequestListener = (req, res) => {
      const got = getAuth(req)
      res.end(
        String([got === found[1], got === (req as { auth?: unknown }).auth, got === found[0]]),
      )
    }
    await serve(behind(guards, sayLast), async (call) => {
      expect((await call('/', as())).body).toBe('true,true,false')
    })
  })

  it(`in ${name}, a refusal keeps the CORS headers that were set before the guard`, async () => {
    const allowing =
      (listener: RequestListener): RequestListener =>
      (req, res) => {
        res.setHeader('Access-Control-Allow-Origin', origin)
        res.setHeader('Cache-Control', 'public, max-age=60')
        if (req.method === 'OPTIONS') res.writeHead(204).end()
        else listener(req, res)
      }
    const expected = { 'access-control-allow-origin': origin, 'cache-control': 'no-store' }
    await serve(allowing(behind([requireAuth({ scope: 'a' })])), async (call) => {
      const asked = await call('/', { method: 'OPTIONS', headers: preflight })
      expect(asked.status).toBe(204)
      expect(await call('/')).toMatchObject({ status: 401, headers: expected })
      expect(await call('/', as())).toMatchObject({ status: 403, headers: expected })
    })
    await serve(allowing(behind([createAuth(dead.trust()).requireAuth()])), async (call) => {
      expect(await call('/', as({}, dead))).toMatchObject({ status: 503, headers: expected })
    })
    await serve(
      behind(
        [requireAuth()],
        allowing(() => {}),
      ),
      async (call) => {
        const asked = await call('/', { method: 'OPTIONS', headers: preflight })
        expect(asked.status).toBe(401)
        expect(asked.headers).not.toHaveProperty('access-control-allow-origin')
      },
    )
  })

  it(`in ${name}, the handler behind a guard can read the body`, async () => {
    const echo: RequestListener = async (req, res) => {
      let text = ''
      for await (const chunk of req.setEncoding('utf8')) text += chunk
      res.end(text)
    }
    await serve(behind([requireAuth()], echo), async (call) => {
      const body = 'x'.repeat(100_000)
      expect((await call('/', { method: 'POST', body, ...as() })).body).toBe(body)
      expect((await call('/', { method: 'POST', body })).status).toBe(401)
      expect((await call('/', { method: 'POST', body, ...as() })).body).toBe(body)
    })
  })

  it(`in ${name}, a guard answers HEAD with the headers of GET and no body, and guards OPTIONS like any method`, async () => {
    await serve(behind([requireAuth({ scope: 'a' })]), async (call) => {
      const { date: _d, connection: _c, 'keep-alive': _k, ...get } = (await call('/')).headers
      const head = await call('/', { method: 'HEAD' })
      expect(head).toMatchObject({ status: 401, headers: get, body: '' })
      expect((await call('/', { method: 'HEAD', ...as({ scope: 'a' }) })).status).toBe(200)
      expect((await call('/', { method: 'OPTIONS' })).status).toBe(401)
    })
  })

  it(`in ${name}, an error behind the guard reaches the listener once and is no refusal`, async () => {
    const failure = Object.assign(new Error('later'), { status: 409 })
    const seen: unknown[] = []
    let refused = 0
    const hooked = createAuth({ ...issuer.trust(), onRefuse: () => void refused++ })
    const failing: RequestListener = () => {
      throw failure
    }
    await serve(behind([hooked.requireAuth()], failing, seen), async (call) => {
      expect(await call('/', as())).toMatchObject({ status: 409, body: 'custom' })
      expect([seen, refused]).toEqual([[failure], 0])
    })
  })

  it(`in ${name}, a handler behind a guard can stream its answer`, async () => {
    const streaming: RequestListener = async (_req, res) => {
      for (const part of ['a', 'b']) {
        res.write(part)
        await pause(5)
      }
      res.end()
    }
    await serve(behind([requireAuth()], streaming), async (call) => {
      expect(await call('/', as())).toMatchObject({ status: 200, body: 'ab' })
    })
  })

  it(`in ${name}, an answer that other code gives while keys are fetched is the only answer`, async () => {
    for (const answering of ['end', 'write'] as const) {
      const held = createHeldIssuer()
      const seen: unknown[] = []
      const done = createDeferred()
      const guard = createAuth(held.options).requireAuth({ scope: 'missing' })
      const listener = behind([guard], undefined, seen)
      const limited: RequestListener = async (req, res) => {
        void held.asked.then(() => {
          res.statusCode = 504
          if (answering === 'end') return res.end('late')
          res.write('la')
          return setTimeout(() => res.end('te'), 30)
        })
        await listener(req, res)
        done.resolve()
      }
      await serve(limited, async (call) => {
        const called = call('/', as({}, held.issuer))
        await held.asked
        await pause(5)
        held.answer()
        expect(await called).toMatchObject({ status: 504, body: 'late' })
        await done.promise
      })
      expect(seen).toEqual([])
    }
  })

  describe('the hook onRefuse', () => {
    const refusing = async (onRefuse: OnRefuse) => {
      const seen: unknown[] = []
      const guards = [createAuth({ ...issuer.trust(), onRefuse }).requireAuth()]
      let reply: Reply | undefined
      await serve(
        behind(guards, (_req, res) => res.end('reached'), seen),
        async (call) => {
          reply = await call('/')
        },
      )
      return { seen, reply: reply as Reply }
    }

    it(`in ${name}, an onRefuse that throws or rejects gives the listener an Error`, async () => {
      for (const value of thrownByHooks) {
        const throwing: OnRefuse = () => {
          throw value
        }
        for (const onRefuse of [throwing, () => Promise.reject(value)]) {
          const { seen, reply } = await refusing(onRefuse)
          expect(reply).toMatchObject({ status: 500, body: 'custom' })
          expect(seen).toEqual([expect.any(Error)])
        }
      }
    })

    it(`in ${name}, a refusal that onRefuse throws has the status and headers for an answer`, async () => {
      const { reply } = await refusing((error) => Promise.reject(error))
      expect(reply).toMatchObject({ status: 401, headers: { 'www-authenticate': challenge } })
    })

    it(`in ${name}, an onRefuse that ends without an answer gets the usual answer`, async () => {
      const thrown: unknown[] = []
      const answerLate: OnRefuse = (_error, _req, res) =>
        void setTimeout(() => {
          try {
            res.setHeader('X-Late', 'late')
          } catch (error) {
            thrown.push((error as { code?: unknown }).code)
          }
        }, 5)
      for (const onRefuse of [() => {}, async () => pause(1), answerLate]) {
        const { seen, reply } = await refusing(onRefuse)
        expect(reply.status).toBe(401)
        expect(reply.headers).toMatchObject({ 'www-authenticate': challenge })
        expect(JSON.parse(reply.body)).toMatchObject({ title: 'Unauthorized', status: 401 })
        await pause(10)
        expect(seen).toEqual([])
      }
      expect(thrown).toEqual([expect.stringMatching(/^ERR_HTTP2?_HEADERS_SENT$|^ERR_HTTP2_/)])
    })

    it(`in ${name}, an answer that onRefuse has begun is left to onRefuse`, async () => {
      const { seen, reply } = await refusing((_error, _req, res) => {
        const raw = res as unknown as ServerResponse
        raw.statusCode = 418
        raw.write('a')
        setTimeout(() => raw.end('b'), 5)
      })
      expect([reply.status, reply.body, seen]).toEqual([418, 'ab', []])
    })

    it(`in ${name}, onRefuse may answer at once or later`, async () => {
      for (const wait of [0, 5]) {
        const { seen, reply } = await refusing(async (_error, _req, res) => {
          if (wait > 0) await pause(wait)
          res.statusCode = 418
          res.end('no')
        })
        expect([reply.status, reply.body, seen]).toEqual([418, 'no', []])
      }
    })
  })
})

describe('a stream of HTTP/2 that its client resets while keys are fetched', () => {
  it.each([
    ['refused', { scope: 'missing' }, 0],
    ['accepted', {}, 1],
  ])(
    'an HTTP/2 stream that is reset while keys are fetched does not affect other streams when its token is then %s',
    async (_, requirements, handled) => {
      const held = createHeldIssuer()
      const seen: unknown[] = []
      let ran = 0
      const listener = behind(
        [createAuth(held.options).requireAuth(requirements)],
        (_req, res) => {
          ran++
          res.end('handled')
        },
        seen,
      )
      await withSession(listener, async (session) => {
        const reset = session.request({ ':path': '/', ...held.issuer.headers() })
        reset.on('error', () => {})
        await held.asked
        reset.close(8)
        await once(reset, 'close')
        await pause(10)
        held.answer()
        await pause(20)
        expect([seen, ran]).toEqual([[], handled])
        const next = session.request({ ':path': '/' })
        const [answer] = await once(next, 'response')
        expect(answer[':status']).toBe(401)
      })
    },
  )
})
