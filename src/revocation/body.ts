import { own } from '../core/own-members.ts'
import { BodyMissing, NoticeRefusal } from './refusal.ts'

/** What a handler needs of a request of Node, of Express or of another framework on top of Node. */
export interface NodeNoticeRequest {
  readonly method?: string | undefined
  readonly httpVersionMajor?: number
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  /** Whether somebody has read from the body. */
  readonly readableDidRead?: boolean
  /** What a body parser has left, if there was one. */
  readonly body?: unknown
  on(event: string, listener: (...args: never[]) => void): unknown
}

/** A body as it came, or as a body parser has read its fields. */
export type Body = string | Readonly<Record<string, unknown>>

/** Octets. The longest token has 16 KiB. */
const longestBody = 65_536

export async function fetchBody(request: Request): Promise<string> {
  if (request.bodyUsed) throw new BodyMissing()
  const reader = request.body?.getReader()
  const parts = createParts()
  for (;;) {
    const { done, value } = (await reader?.read()) ?? { done: true }
    if (done || value === undefined) return parts.text()
    if (parts.add(value)) continue
    reader?.cancel().catch(() => {})
    throw tooLong()
  }
}

/** Reads the body, unless a body parser has done that. */
export function nodeBody(request: NodeNoticeRequest): Promise<Body> | Body {
  if (request.readableDidRead) return parsedBody(own(request, 'body'))
  return new Promise((resolve, reject) => {
    const parts = createParts()
    // The rest is not read: the connection is closed after the answer.
    request.on('data', (part: Uint8Array | string) => {
      if (!parts.add(part)) reject(tooLong())
    })
    request.on('end', () => resolve(parts.text()))
    request.on('error', reject)
    request.on('close', () => reject(new Error('the request was aborted')))
  })
}

function parsedBody(body: unknown): Body {
  if (typeof body === 'string') return body
  if (body instanceof Uint8Array) return new TextDecoder().decode(body)
  if (typeof body === 'object' && body !== null) return body as Readonly<Record<string, unknown>>
  throw new BodyMissing()
}

/** Octets that come in parts, as long as there are not too many. */
function createParts(): { add(part: Uint8Array | string): boolean; text(): string } {
  const decoder = new TextDecoder()
  let length = 0
  let text = ''
  return {
    add(part) {
      length += part.length
      if (length > longestBody) return false
      text += typeof part === 'string' ? part : decoder.decode(part, { stream: true })
      return true
    },
    text: () => text + decoder.decode(),
  }
}

function tooLong(): NoticeRefusal {
  return new NoticeRefusal('invalid_request', `the body has more than ${longestBody} octets`, 413)
}
