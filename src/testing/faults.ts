import { kindOf, numberWithin, wrongOption } from '../core/option-checks.ts'
import type { Answer, Outcome } from './answer.ts'
import { answerText, hasNoContent, streamBody } from './answer.ts'
import { checkOptions } from './arguments.ts'
import type { Fault } from './fault.ts'
import { createFault, withRecipes } from './fault.ts'
import type { JwksFaults } from './jwks-faults.ts'
import { jwksFaults } from './jwks-faults.ts'
import type { MetadataFaults } from './metadata-faults.ts'
import { metadataFaults } from './metadata-faults.ts'
import { networkError } from './network-error.ts'
import { anyCount, waitSeconds } from './number-bounds.ts'
import { pause } from './pause.ts'

/** What can go wrong between a verifier and its issuer. */
export interface Faults {
  /** Another status from 200 to 599, with an empty body unless one is given. */
  status(code: number, answer?: { body?: string; headers?: Record<string, string> }): Fault
  /** The right answer, after this many seconds of real time. */
  slow(seconds: number): Fault
  /** There is never an answer. */
  hang(): Fault
  /** ECONNREFUSED. Over HTTP, the connection is reset instead, because it exists already. */
  refuse(): Fault
  /** ENOTFOUND. Over HTTP, the connection is reset instead, because it exists already. */
  dnsFailure(): Fault
  /** The connection is reset after this many bytes of the body (0: before the answer). */
  reset(afterBytes?: number): Fault
  /** The right body, sent slowly: this many bytes per second of real time. */
  drip(bytesPerSecond: number): Fault
  /** Status 200 with another body (the content type is application/json). */
  body(body: string | Uint8Array, contentType?: string): Fault
  /**
   * The right document after so much white space that the body has this many bytes. It is valid, so
   * code without a limit accepts it. It is streamed, so that it is never in memory as a whole, and
   * it has no Content-Length.
   */
  huge(bytes: number): Fault
  /** Like `huge`, but with `Content-Encoding: gzip`: small when it is sent, huge when inflated. */
  gzipBomb(inflatedBytes: number): Fault
  /** The first half of the document, in an answer that ends without an error. */
  truncate(): Fault
  /** A 302 to another URL. */
  redirect(to: string): Fault
  /** Key sets that are wrong. */
  readonly jwks: JwksFaults
  /** Discovery documents that are wrong. */
  readonly metadata: MetadataFaults
}

function status(
  code: number,
  answer: { body?: string; headers?: Record<string, string> } = {},
): Fault {
  const example = "faults.status(503, { body: 'Try later' })"
  checkOptions('the answer of faults.status', answer, { body: true, headers: true }, example)
  const { body = '', headers = {} } = answer
  numberWithin("argument 'code' of faults.status", code, { min: 200, max: 599, whole: true })
  return createFault(`status ${code}`, () =>
    answerText(code, hasNoContent(code) ? '' : body, headers),
  )
}

const spaces = new Uint8Array(65_536).fill(0x20)

/** White space before a JSON document has no meaning (RFC 8259 section 2): it stays valid. */
function padded(answer: Answer, bytes: number): Answer {
  return {
    ...answer,
    async *body(signal) {
      const length = answer.body instanceof Uint8Array ? answer.body.byteLength : 0
      for (let left = bytes - length; left > 0; left -= spaces.byteLength) {
        yield left < spaces.byteLength ? spaces.subarray(0, left) : spaces
      }
      yield* streamBody(answer, signal)
    },
  }
}

function dripped(answer: Answer, bytesPerSecond: number): Answer {
  return {
    ...answer,
    async *body(signal) {
      // Ten chunks per second, or chunks of one byte if there are fewer than ten bytes per second.
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
    ? { failure: 'reset' }
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

/**
 * Makes the faults that `issuer.fail()` and `issuer.during()` take. Each function throws a
 * TypeError for a number that makes no sense.
 */
export const faults: Faults = Object.freeze<Faults>({
  ...withRecipes<Omit<Faults, 'jwks' | 'metadata'>>({
    status,
    slow(seconds) {
      numberWithin("argument 'seconds' of faults.slow", seconds, waitSeconds)
      return createFault('slow', (answer) => ({ ...answer, delay: seconds }))
    },
    hang: () => createFault('hang', () => ({ failure: 'hang' })),
    refuse: () => createFault('refuse', () => ({ failure: 'refuse' })),
    dnsFailure: () => createFault('dnsFailure', () => ({ failure: 'dns' })),
    reset(afterBytes = 0) {
      numberWithin("argument 'afterBytes' of faults.reset", afterBytes, anyCount)
      return createFault('reset', (answer) => cut(answer, afterBytes))
    },
    drip(bytesPerSecond) {
      const option = "argument 'bytesPerSecond' of faults.drip"
      if (numberWithin(option, bytesPerSecond, anyCount) === 0) {
        wrongOption(option, 'must be more than 0: use faults.hang() for an answer that never comes')
      }
      return createFault('drip', (answer) => dripped(answer, bytesPerSecond))
    },
    body(body, contentType = 'application/json') {
      if (typeof body !== 'string' && !(body instanceof Uint8Array)) {
        const fix = `must be a text or a Uint8Array, not ${kindOf(body)}; write faults.body('<html>')`
        wrongOption("argument 'body' of faults.body", fix)
      }
      const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body
      const headers = { 'content-type': contentType }
      return createFault('body', () => ({ status: 200, headers, body: bytes }))
    },
    huge(bytes) {
      numberWithin("argument 'bytes' of faults.huge", bytes, anyCount)
      return createFault('huge', (answer) => padded(answer, bytes))
    },
    gzipBomb(inflatedBytes) {
      numberWithin("argument 'inflatedBytes' of faults.gzipBomb", inflatedBytes, anyCount)
      return createFault('gzipBomb', (answer) => ({
        ...padded(answer, inflatedBytes),
        contentEncoding: 'gzip',
      }))
    },
    truncate: () => createFault('truncate', halved),
    redirect: (to) => status(302, { headers: { location: to } }),
  }),
  jwks: jwksFaults,
  metadata: metadataFaults,
})
