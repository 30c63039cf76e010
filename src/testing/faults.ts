import type { Answer, Outcome } from './answer.ts'
import { answerText, bodiless, streamBody } from './answer.ts'
import type { Fault } from './fault.ts'
import { createFault } from './fault.ts'
import type { JwksFaults } from './jwks-faults.ts'
import { jwksFaults } from './jwks-faults.ts'
import type { MetadataFaults } from './metadata-faults.ts'
import { metadataFaults } from './metadata-faults.ts'
import { networkError } from './network-error.ts'
import { readNumber } from './options.ts'
import { pause } from './pause.ts'

/** What can go wrong between a verifier and its issuer. */
export interface Faults {
  /** Another status; with a redirect or a `Retry-After` by way of `headers`. */
  status(code: number, answer?: { body?: string; headers?: Record<string, string> }): Fault
  /** The right answer, after seconds of real time. */
  slow(seconds: number): Fault
  /** No answer, ever. */
  hang(): Fault
  /** ECONNREFUSED; over HTTP, where a connection is there already, it is reset. */
  refuse(): Fault
  /** ENOTFOUND; over HTTP, where a connection is there already, it is reset. */
  dnsFailure(): Fault
  /** The connection is reset: before the answer, or after so many bytes of its body. */
  reset(afterBytes?: number): Fault
  /** The right body, at so many bytes per second of real time. */
  drip(bytesPerSecond: number): Fault
  /** Another body with status 200 (content type application/json). */
  body(body: string | Uint8Array, contentType?: string): Fault
  /**
   * The right document, behind so much white space that it has this many bytes: who reads it to
   * the end accepts it. Streamed, never in memory as a whole, and without a Content-Length.
   */
  huge(bytes: number): Fault
  /** The same with `Content-Encoding: gzip`: small on the wire, huge when inflated. */
  gzipBomb(inflatedBytes: number): Fault
  /** The first half of the document, in an answer that ends as if it were whole. */
  truncate(): Fault
  /** A 302 to another URL. */
  redirect(to: string): Fault
  /** Key sets that are wrong. */
  readonly jwks: JwksFaults
  /** Discovery documents that are wrong. */
  readonly metadata: MetadataFaults
}

const status: Faults['status'] = (code, { body = '', headers = {} } = {}) => {
  if (!Number.isInteger(code) || code < 200 || code > 599) {
    throw new TypeError('faults.status(code): the code must be a whole number from 200 to 599.')
  }
  return createFault(`status ${code}`, () => answerText(code, bodiless(code) ? '' : body, headers))
}

const chunk = new Uint8Array(65_536).fill(0x20)

/** RFC 8259 §2: white space before a document is insignificant, so the padded document is valid. */
function padded(answer: Answer, bytes: number): Answer {
  return {
    ...answer,
    async *body(signal) {
      const length = answer.body instanceof Uint8Array ? answer.body.byteLength : 0
      for (let left = bytes - length; left > 0; left -= chunk.byteLength) {
        yield left < chunk.byteLength ? chunk.subarray(0, left) : chunk
      }
      yield* streamBody(answer, signal)
    },
  }
}

function dripped(answer: Answer, bytesPerSecond: number): Answer {
  return {
    ...answer,
    async *body(signal) {
      // Ten chunks a second, or single bytes when that is too many.
      const size = Math.max(1, Math.floor(bytesPerSecond / 10))
      for await (const part of streamBody(answer, signal)) {
        for (let at = 0; at < part.byteLength; at += size) {
          await pause(size / bytesPerSecond, signal)
          yield part.subarray(at, at + size)
        }
      }
    },
  }
}

function cut(answer: Answer, afterBytes: number): Outcome {
  return afterBytes === 0
    ? { broken: 'reset' }
    : {
        ...answer,
        async *body(signal) {
          let left = afterBytes
          for await (const part of streamBody(answer, signal)) {
            yield part.subarray(0, left)
            left -= part.byteLength
            if (left <= 0) break
          }
          throw networkError('reset', 'terminated')
        },
      }
}

function halved(answer: Answer): Answer {
  return answer.body instanceof Uint8Array
    ? { ...answer, body: answer.body.subarray(0, answer.body.byteLength >> 1) }
    : answer
}

/** The faults that `issuer.fail()` and `issuer.during()` take. */
export const faults: Faults = Object.freeze<Faults>({
  status,
  slow(seconds) {
    readNumber('faults.slow(seconds)', seconds, 0)
    return createFault('slow', (answer) => ({ ...answer, delay: seconds }))
  },
  hang: () => createFault('hang', () => ({ broken: 'hang' })),
  refuse: () => createFault('refuse', () => ({ broken: 'refuse' })),
  dnsFailure: () => createFault('dnsFailure', () => ({ broken: 'dns' })),
  reset(afterBytes = 0) {
    readNumber('faults.reset(afterBytes)', afterBytes, 0)
    return createFault('reset', (answer) => cut(answer, afterBytes))
  },
  drip(bytesPerSecond) {
    if (readNumber('faults.drip(bytesPerSecond)', bytesPerSecond, 0) === 0) {
      throw new TypeError(
        'faults.drip(bytesPerSecond) must be above 0; faults.hang() never answers.',
      )
    }
    return createFault('drip', (answer) => dripped(answer, bytesPerSecond))
  },
  body(body, contentType = 'application/json') {
    const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body
    const headers = { 'content-type': contentType }
    return createFault('body', () => ({ status: 200, headers, body: bytes }))
  },
  huge(bytes) {
    readNumber('faults.huge(bytes)', bytes, 0)
    return createFault('huge', (answer) => padded(answer, bytes))
  },
  gzipBomb(inflatedBytes) {
    readNumber('faults.gzipBomb(inflatedBytes)', inflatedBytes, 0)
    return createFault('gzipBomb', (answer) => ({
      ...padded(answer, inflatedBytes),
      contentEncoding: 'gzip',
    }))
  },
  truncate: () => createFault('truncate', halved),
  redirect: (to) => status(302, { headers: { location: to } }),
  jwks: jwksFaults,
  metadata: metadataFaults,
})
