import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { TestIssuer } from '../../testing.ts'
import { mintOn, readMintRequest } from '../minting.ts'
import type { Introduction, PrivateKeys } from '../running-issuer.ts'
import { controlPath } from '../running-issuer.ts'

interface ControlOptions {
  readonly issuer: TestIssuer
  /** What a request must carry as its Bearer token. Undefined: nothing, on loopback alone. */
  readonly secret: string | undefined
}

/** Something that may be asked of a running issuer. */
type Operation = (body: unknown) => unknown

/** The most bytes that a request may send. */
const longestBody = 65_536

/**
 * The control endpoints of a running issuer, for `tollgate mint` and `tollgate attack`. Whoever can
 * ask them can be any user of an app that trusts the issuer. So a web page that a developer visits
 * must not reach them, and other machines need the secret.
 */
export function createControl({ issuer, secret }: ControlOptions) {
  const operations: Readonly<Record<string, Operation>> = {
    'GET /health': (): Introduction => ({
      tollgate: 'development issuer',
      issuer: issuer.url,
      audience: issuer.audience,
      keyFetches: issuer.requests.count('jwks'),
    }),
    'GET /keys': (): PrivateKeys => {
      const { current, all } = issuer.keys
      const others = all.filter((key) => key.published && key !== current)
      return { keys: [current, ...others].map(({ privateJwk }) => privateJwk) }
    },
    'POST /mint': (body) => ({ token: mintOn(issuer, readMintRequest(body)) }),
    'POST /keys/rotate': () => ({ kid: issuer.keys.rotate().kid }),
  }

  async function answer(request: IncomingMessage, path: string): Promise<Answer> {
    const refusal = refusalOf(request, issuer.url, secret)
    if (refusal !== undefined) return refusal
    const operation = `${request.method} ${path}`
    if (!Object.hasOwn(operations, operation)) return refuse(404, 'there is no such operation')
    try {
      const body = request.method === 'POST' ? await readJson(request) : undefined
      return { status: 200, body: operations[operation]?.(body) }
    } catch (error) {
      return refuse(400, (error as Error).message.replace(/^tollgate: /, ''))
    }
  }

  return {
    /** Answers a request to a control endpoint. False: it is for the issuer itself. */
    handle(request: IncomingMessage, response: ServerResponse): boolean {
      const path = request.url?.replace(/\?.*/s, '') ?? ''
      if (path !== controlPath && !path.startsWith(`${controlPath}/`)) return false
      void answer(request, path.slice(controlPath.length)).then(({ status, body }) => {
        response.writeHead(status, {
          'content-type': 'application/json',
          'cache-control': 'no-store',
          'x-content-type-options': 'nosniff',
          // What is left of a body that was too long is not read.
          ...(status !== 200 && { connection: 'close' }),
        })
        response.end(JSON.stringify(body))
      })
      return true
    },
  }
}

interface Answer {
  readonly status: number
  readonly body: unknown
}

function refuse(status: number, error: string): Answer {
  return { status, body: { error } }
}

/** Why a request is refused before it is looked at. */
function refusalOf(
  request: IncomingMessage,
  url: string,
  secret: string | undefined,
): Answer | undefined {
  const { host = '', origin, authorization = '' } = request.headers
  // A name of an attacker can be made to stand for a loopback address (DNS rebinding). Then the
  // page of the attacker has the origin of this server, but the Host is still that name.
  if (!isKnownHost(host, url, secret !== undefined)) return refuse(403, 'the Host is not known')
  // A browser sends the Origin with every POST of a page.
  if (origin !== undefined && ![`http://${host}`, `https://${host}`].includes(origin)) {
    return refuse(403, 'the Origin is not that of the issuer')
  }
  if (secret !== undefined && !isSame(authorization, `Bearer ${secret}`)) {
    return refuse(401, 'the control token is missing or wrong')
  }
  const isJson = /^application\/json\s*(;|$)/i.test(request.headers['content-type'] ?? '')
  if (request.method === 'POST' && !isJson) return refuse(415, 'send application/json')
  return undefined
}

const loopbackHost = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/
/** Only a name can be made to stand for another machine. */
const address = /^(\d+(\.\d+){3}|\[[\da-f:.]+\])(:\d+)?$/

function isKnownHost(host: string, url: string, hasSecret: boolean): boolean {
  if (loopbackHost.test(host)) return true
  return hasSecret && (address.test(host) || host === new URL(url).host)
}

/** Compares in a time that does not tell how much of it is right. */
function isSame(a: string, b: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(a), digest(b))
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.byteLength
    if (length > longestBody) throw new Error(`the body has more than ${longestBody} bytes`)
    chunks.push(chunk)
  }
  if (length === 0) return {}
  try {
    return JSON.parse(Buffer.concat(chunks).toString())
  } catch {
    throw new Error('the body is no JSON')
  }
}
