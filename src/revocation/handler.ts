import { AuthError, UnavailableError } from '../core/errors.ts'
import type { Emit, NoticeKind } from '../core/events.ts'
import { codeOf } from '../core/remote/load-error.ts'
import type { Body, NodeNoticeRequest } from './body.ts'
import { fetchBody, nodeBody } from './body.ts'
import type { RefusalCode } from './refusal.ts'
import { BodyMissing, NoticeRefusal } from './refusal.ts'

/** What a handler needs of a response of Node. */
export interface NodeNoticeResponse {
  readonly headersSent?: boolean
  statusCode: number
  setHeader(name: string, value: string): unknown
  end(body: string): unknown
}

/**
 * Answers the requests by which an issuer tells what has happened. It is called with a `Request`, as
 * Hono, Workers, Bun, Deno and Next.js have it; its `node` is called with the request and the
 * response of Node, and so is a handler of Express as it stands: `app.post('/logout', logout.node)`.
 *
 * Neither ever throws or rejects.
 */
export interface NoticeHandler {
  (request: Request): Promise<Response>
  node(request: NodeNoticeRequest, response: NodeNoticeResponse): Promise<void>
}

/** What went wrong: with what was sent, or on this side. */
export type AnswerCode = RefusalCode | 'server_error' | 'temporarily_unavailable'

/** Whether the sender has done nothing wrong. */
export function isOurs(code: AnswerCode): boolean {
  return code === 'server_error' || code === 'temporarily_unavailable'
}

/** What is received, and how it is answered. */
export interface NoticeProtocol {
  readonly notice: NoticeKind
  /** The media type of the body. */
  readonly mediaType: string
  /** The status of the answer where all went well. */
  readonly success: number
  /** What the body of an answer says that refuses a request. */
  describe(code: AnswerCode, description: string): object
  readonly headers: Readonly<Record<string, string>>
  /** Does what the body says. Rejects with a NoticeRefusal, an UnavailableError or anything else. */
  receive(body: Body, authorization: string | undefined): Promise<Received>
}

export interface Received {
  readonly issuer: string
  /** How many revocations the store has been given. */
  readonly revocations: number
}

interface Head {
  readonly method: string
  readonly contentType: string | undefined
  readonly authorization: string | undefined
}

interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** Seconds after which a sender may try again what failed here. */
const retryAfter = 5

export function createNoticeHandler(protocol: NoticeProtocol, emit: Emit): NoticeHandler {
  const { notice } = protocol

  async function answer(head: Head, readBody: () => Promise<Body> | Body): Promise<Answer> {
    try {
      checkHead(head)
      const received = await protocol.receive(await readBody(), head.authorization)
      emit?.({ type: 'notice.accepted', notice, ...received })
      return { status: protocol.success, headers: noStore, body: '' }
    } catch (error) {
      const refused = refusalOf(error)
      emit?.({ type: 'notice.rejected', notice, status: refused.status, why: refused.why })
      return written(refused, head)
    }
  }

  function checkHead({ method, contentType }: Head): void {
    const { mediaType } = protocol
    if (method !== 'POST') throw new NoticeRefusal('invalid_request', 'it must be a POST', 405)
    if (contentType?.split(';', 1)[0]?.trim().toLowerCase() !== mediaType) {
      throw new NoticeRefusal('invalid_request', `its Content-Type must be ${mediaType}`)
    }
  }

  function written({ status, code, description, headers }: Refused, { method }: Head): Answer {
    const body = JSON.stringify(protocol.describe(code, description))
    return {
      status,
      headers: { ...noStore, ...headers, ...protocol.headers, 'Content-Type': 'application/json' },
      body: method === 'HEAD' ? '' : body,
    }
  }

  async function handle(request: Request): Promise<Response> {
    const { method, headers } = request
    const head = {
      method,
      contentType: headers.get('content-type') ?? undefined,
      authorization: headers.get('authorization') ?? undefined,
    }
    const { body, ...init } = await answer(head, () => fetchBody(request))
    return new Response(body === '' ? null : body, init)
  }

  async function node(request: NodeNoticeRequest, response: NodeNoticeResponse): Promise<void> {
    const head = {
      method: request.method ?? 'GET',
      contentType: textOf(request.headers['content-type']),
      authorization: textOf(request.headers['authorization']),
    }
    const { status, headers, body } = await answer(head, () => nodeBody(request))
    // Somebody has answered already, for example a time limit.
    if (response.headersSent) return
    response.statusCode = status
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
    // The rest of a body that is too long is not waited for. HTTP/2 knows no such header.
    if (status === 413 && request.httpVersionMajor === 1) response.setHeader('Connection', 'close')
    response.end(body)
  }

  return Object.assign(handle, { node })
}

const noStore = { 'Cache-Control': 'no-store' }

function textOf(header: string | readonly string[] | undefined): string | undefined {
  return typeof header === 'string' ? header : undefined
}

/** A refusal, as it is answered. The description is constant, and `why` stays here. */
interface Refused {
  readonly status: number
  readonly code: AnswerCode
  readonly description: string
  readonly headers?: Readonly<Record<string, string>>
  readonly why: string
}

const descriptions: Readonly<Record<RefusalCode, string>> = {
  invalid_request: 'The request is not what it must be.',
  invalid_key: 'The signature cannot be verified.',
  invalid_issuer: 'The issuer is not one of those that are accepted here.',
  invalid_audience: 'The audience is another one.',
  authentication_failed: 'The sender is not authenticated.',
}

const bodyMissing =
  'The body of the request was read before it came to this handler. Put the handler before the body parser.'

function refusalOf(error: unknown): Refused {
  if (error instanceof NoticeRefusal) {
    const { status, code, message: why } = error
    const headers = status === 405 ? { Allow: 'POST' } : {}
    return { status, code, description: descriptions[code], headers, why }
  }
  if (error instanceof BodyMissing) {
    return { status: 500, code: 'server_error', description: bodyMissing, why: bodyMissing }
  }
  return {
    status: 503,
    code: 'temporarily_unavailable',
    description: 'This cannot be carried out now.',
    headers: { 'Retry-After': String(secondsToWait(error)) },
    why: reasonOf(error),
  }
}

function secondsToWait(error: unknown): number {
  return error instanceof UnavailableError ? error.retryAfter : retryAfter
}

/** Whatever else was thrown may quote what was received: of it, the code alone is told. */
function reasonOf(error: unknown): string {
  if (error instanceof AuthError) return 'the keys of its issuer cannot be had'
  const code = codeOf(error)
  return `the store, or a function of the application, has failed${code ? ` (${code})` : ''}`
}
