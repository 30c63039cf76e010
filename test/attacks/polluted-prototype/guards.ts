import type { Verifier } from 'tollgate'
import { createAuth as createExpressAuth } from 'tollgate/express'
import { createAuth as createFastifyAuth } from 'tollgate/fastify'
import { createAuth as createFetchAuth } from 'tollgate/fetch'
import { createAuth as createHonoAuth } from 'tollgate/hono'
import { createAuth as createKoaAuth } from 'tollgate/koa'
import { createAuth as createNestAuth } from 'tollgate/nest'
import { createAuth as createNodeAuth } from 'tollgate/node'
import { delegated, forged, good, scope, withScope } from './material.ts'
import type { Trial } from './trial.ts'

// biome-ignore lint/suspicious/noExplicitAny: requests and responses are only as much as a guard reads of them
type Loose = any
type Headers = Readonly<Record<string, string>>

/** Makes a guard and sends a request through it: gives the Auth, and throws where it refuses. */
type Pass = (auth: Loose, requirements: Loose, headers: Headers) => Promise<unknown>

/** A request of Node, as serverless adapters make one: it has no raw headers. */
function requestOf(headers: Headers): Loose {
  return { method: 'GET', url: '/', headers }
}

function responseFor(refuse: (why: Error) => void): Loose {
  const end = () => refuse(new Error('refused'))
  return { statusCode: 200, headersSent: false, setHeader() {}, end }
}

const throughExpress: Pass = ({ requireAuth }, requirements, headers) =>
  new Promise((resolve, reject) => {
    const req = requestOf(headers)
    const next = (error: unknown) =>
      error === undefined ? resolve(req.auth ?? 'anonymous') : reject(error)
    requireAuth(requirements)(req, responseFor(reject), next)
  })

const throughKoa: Pass = ({ requireAuth }, requirements, headers) =>
  new Promise((resolve, reject) => {
    const ctx = {
      req: requestOf(headers),
      res: responseFor(reject),
      state: {} as Loose,
      originalUrl: '/',
    }
    const next = async () => resolve(ctx.state.auth ?? 'anonymous')
    requireAuth(requirements)(ctx, next).catch(reject)
  })

const throughFastify: Pass = ({ requireAuth }, requirements, headers) =>
  new Promise((resolve, reject) => {
    const request: Loose = { raw: requestOf(headers) }
    const send = () => reject(new Error('refused'))
    const raw = { headersSent: false }
    const reply = { sent: false, raw, code() {}, headers() {}, send }
    requireAuth(requirements)(request, reply, (error: unknown) =>
      error === undefined ? resolve(request.auth ?? 'anonymous') : reject(error),
    )
  })

function fetchRequest(headers: Headers): Loose {
  return {
    method: 'GET',
    url: 'https://api.example.com/',
    headers: new Map(Object.entries(headers)),
  }
}

const throughHono: Pass = async ({ requireAuth }, requirements, headers) => {
  let admitted: unknown
  const refused = new Response()
  const c = {
    req: { raw: fetchRequest(headers) },
    set: (_: string, auth: unknown) => {
      admitted = auth ?? 'anonymous'
    },
    header() {},
    newResponse: () => refused,
  }
  let passed = false
  await requireAuth(requirements)(c, async () => {
    passed = true
  })
  if (!passed) throw new Error('refused')
  return admitted
}

const throughFetch: Pass = async ({ requireAuth }, requirements, headers) => {
  const found = await requireAuth(requirements)(fetchRequest(headers))
  if (found instanceof Response) throw new Error('refused')
  return found ?? 'anonymous'
}

const throughGuard: Pass = async ({ guard, getAuth }, requirements, headers) => {
  let admitted: unknown
  const handler = (request: Loose) => {
    admitted = getAuth(request, { optional: true }) ?? 'anonymous'
  }
  await guard(handler, requirements)(fetchRequest(headers))
  if (admitted === undefined) throw new Error('refused')
  return admitted
}

/** What Nest gives its guards. */
function contextOf(request: Loose, response: Loose): Loose {
  return {
    getType: () => 'http',
    switchToHttp: () => ({ getRequest: () => request, getResponse: () => response }),
  }
}

const throughNest: Pass = ({ requireAuth, getAuth }, requirements, headers) =>
  new Promise((resolve, reject) => {
    const context = contextOf(requestOf(headers), responseFor(reject))
    const admit = () => resolve(getAuth(context, { optional: true }) ?? 'anonymous')
    requireAuth(requirements).canActivate(context).then(admit, reject)
  })

const throughNestOnFastify: Pass = ({ requireAuth, getAuth }, requirements, headers) =>
  new Promise((resolve, reject) => {
    const reply = {
      sent: false,
      raw: responseFor(reject),
      hijack() {},
      headers() {},
      getHeaders: () => ({}),
    }
    const context = contextOf({ raw: requestOf(headers) }, reply)
    const admit = () => resolve(getAuth(context, { optional: true }) ?? 'anonymous')
    requireAuth(requirements).canActivate(context).then(admit, reject)
  })

const throughNode: Pass = async ({ requireAuth }, requirements, headers) => {
  const found = await requireAuth(requirements)(
    requestOf(headers),
    responseFor(() => {}),
  )
  if (found === false) throw new Error('refused')
  return found ?? 'anonymous'
}

const adapters: readonly (readonly [string, (options: Loose) => Loose, Pass])[] = [
  ['Express', createExpressAuth, throughExpress],
  ['Koa', createKoaAuth, throughKoa],
  ['Fastify', createFastifyAuth, throughFastify],
  ['Hono', createHonoAuth, throughHono],
  ['fetch', createFetchAuth, throughFetch],
  ['fetch guard', createFetchAuth, throughGuard],
  ['Nest on Express', createNestAuth, throughNest],
  ['Nest on Fastify', createNestAuth, throughNestOnFastify],
  ['Node', createNodeAuth, throughNode],
]

const forgedBearer = { authorization: `Bearer ${forged}` }
const delegatedBearer = { authorization: `Bearer ${delegated}` }
const goodBearer = { authorization: `Bearer ${good}` }

/** Requests, each with the requirements of its route. Most are refused, or pass anonymous. */
const requests: Readonly<Record<string, readonly [Loose, Headers]>> = {
  'no token': [{}, {}],
  'no token on an optional route': [{ optional: true }, {}],
  'a token without the scope': [{ scope }, goodBearer],
  'a good token': [undefined, goodBearer],
}

/** What all adapters have in common, so that one of them is enough. */
const furtherRequests: typeof requests = {
  'no token on an optional route that demands a scope': [{ optional: true, scope }, {}],
  'no token on a route that is not optional': [{ optional: false }, {}],
  'a forged token': [{}, forgedBearer],
  'a forged token on an optional route': [{ optional: true }, forgedBearer],
  'another scheme': [{}, { authorization: 'Basic YTpi' }],
  'two tokens': [{}, { authorization: `Bearer ${good}, Bearer ${withScope}` }],
  'a token without any of the scopes': [{ anyScope: [scope] }, goodBearer],
  'a token without the role': [{ role: scope }, goodBearer],
  'a token without any of the permissions': [{ anyPermission: [scope] }, goodBearer],
  'a token without the claim': [{ claims: { tenant: scope } }, goodBearer],
  'a token without the claims, one of which every object seems to have': [
    { claims: { toString: scope, length: [scope, true] } },
    goodBearer,
  ],
  'a token without an actor': [{ actor: true }, goodBearer],
  'a token without an actor of the list': [{ actor: [scope] }, goodBearer],
  'a token with an actor where nobody may act': [{ actor: false }, delegatedBearer],
  'a token with another actor than those of the list': [{ actor: [scope] }, delegatedBearer],
  'a token that does not pass the check': [{ check: () => undefined }, goodBearer],
  'a good token with the scope': [{ scope }, { authorization: `Bearer ${withScope}` }],
}

/**
 * Each request through each adapter, by what createAuth gave before the pollution. The guard of the
 * route is made meanwhile. One adapter also runs createAuth meanwhile.
 */
export function guardsOf(verifier: Verifier): readonly Trial[] {
  const before = adapters.flatMap(([adapter, create, pass]) => {
    const auth = create({ verifier })
    return Object.entries(requests).map(([name, [requirements, headers]]) => ({
      name: `${adapter}: ${name}`,
      run: () => pass(auth, requirements, headers),
    }))
  })
  const all = Object.entries({ ...requests, ...furtherRequests })
  const meanwhile = all.map(([name, [requirements, headers]]) => ({
    name: `Node, made meanwhile: ${name}`,
    run: () => throughNode(createNodeAuth({ verifier }), requirements, headers),
  }))
  return [...before, ...meanwhile, ...answersOf(verifier)]
}

/** The answer to a request that is refused: nothing of the pollution must stand in it. */
function answersOf(verifier: Verifier): readonly Trial[] {
  const { requireAuth } = createNodeAuth({ verifier })
  const routes = { ...requests, ...furtherRequests }
  return Object.entries(routes).map(([name, [requirements, headers]]) => ({
    name: `the answer to ${name}`,
    async run() {
      const answer: Loose = { headers: [], body: undefined }
      const response: Loose = {
        headersSent: false,
        setHeader: (...header: unknown[]) => answer.headers.push(header),
        end: (body: unknown) => {
          answer.body = body
        },
      }
      await requireAuth(requirements)(requestOf(headers), response)
      return answer.body === undefined ? 'admitted' : { status: response.statusCode, ...answer }
    },
  }))
}
