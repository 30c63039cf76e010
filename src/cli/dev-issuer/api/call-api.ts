import type { IncomingMessage, RequestOptions } from 'node:http'
import { request as requestByHttp, STATUS_CODES } from 'node:http'
import { request as requestByHttps } from 'node:https'
import type { LookupFunction } from 'node:net'
import { knownOptions, wrongOption } from '../../../core/option-checks.ts'
import { isLoopback } from '../../../testing/oauth/loopback.ts'

/** A request to an API on this machine. */
export interface ApiCall {
  readonly method: string
  readonly url: string
  readonly token?: string
  /** JSON. */
  readonly body?: string
}

/** What the API answered. */
export interface ApiAnswer {
  readonly status: number
  readonly statusText: string
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body: string
  /** Whether the body is longer than what is here. */
  readonly isCut: boolean
}

const methods: readonly string[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']
/** Bytes that are read at most. */
const longestBody = 65_536
/** Seconds in which the API must answer. */
const timeout = 10

/** @throws TypeError for what is no request to an API on this machine. */
export function readApiCall(body: unknown): ApiCall {
  const known = { method: true, url: true, token: true, body: true }
  const { method = 'GET', url, ...rest } = knownOptions('the request', body, known)
  if (!methods.includes(method as string)) {
    wrongOption("member 'method'", `must be one of ${methods.join(', ')}`)
  }
  for (const [name, value] of Object.entries(rest)) {
    if (typeof value !== 'string') wrongOption(`member '${name}'`, 'must be a text')
  }
  return { ...rest, method: method as string, url: readUrl(url) }
}

function readUrl(text: unknown): string {
  const what = "member 'url'"
  if (typeof text !== 'string' || !/^https?:\/\//i.test(text) || !URL.canParse(text)) {
    return wrongOption(what, 'must be a whole URL, such as http://localhost:3000/orders')
  }
  const url = new URL(text)
  if (!isLoopback(url.hostname)) {
    wrongOption(what, 'must be on this machine: on localhost, 127.0.0.1 or [::1]')
  }
  if (url.username !== '' || url.password !== '') {
    wrongOption(what, 'must have no user and no password')
  }
  return url.href
}

/**
 * Sends the request. It goes to this machine alone: no redirect is followed, and no resolver is asked
 * for a name, because the name of another machine could be what it answers.
 *
 * @throws Error that says why there is no answer.
 */
export async function callApi(call: ApiCall): Promise<ApiAnswer> {
  const aborted = AbortSignal.timeout(timeout * 1000)
  try {
    const response = await send(call, aborted)
    const { bytes, isCut } = await readBody(response)
    const { statusCode: status = 0, rawHeaders } = response
    return {
      status,
      statusText: response.statusMessage || (STATUS_CODES[status] ?? ''),
      headers: rawHeaders.flatMap((name, at) =>
        at % 2 === 0 ? [[name, rawHeaders[at + 1] ?? ''] as const] : [],
      ),
      body: new TextDecoder().decode(bytes),
      isCut,
    }
  } catch (error) {
    const { origin } = new URL(call.url)
    if (aborted.aborted) throw new Error(`${origin} did not answer within ${timeout} s`)
    const { code = 'no HTTP' } = error as NodeJS.ErrnoException
    const hint = code === 'ECONNREFUSED' ? ': nothing listens there. Does your API run?' : ''
    throw new Error(`there is no answer from ${origin} (${code})${hint}`)
  }
}

function send({ method, url, token, body }: ApiCall, signal: AbortSignal) {
  const request = url.startsWith('https:') ? requestByHttps : requestByHttp
  const options: RequestOptions = {
    method,
    agent: false,
    signal,
    lookup: lookUpLoopback,
    headers: {
      accept: 'application/json, */*',
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
      }),
    },
  }
  return new Promise<IncomingMessage>((resolve, reject) => {
    request(url, options, resolve).on('error', reject).end(body)
  })
}

/** Names of this machine stand for its loopback addresses, whatever its resolver is made to say. */
const lookUpLoopback: LookupFunction = (_, { all }, callback) => {
  const addresses = [
    { address: '127.0.0.1', family: 4 },
    { address: '::1', family: 6 },
  ]
  if (all === true) callback(null, addresses)
  else callback(null, '127.0.0.1', 4)
}

async function readBody(response: IncomingMessage): Promise<{ bytes: Buffer; isCut: boolean }> {
  const parts: Buffer[] = []
  let size = 0
  for await (const part of response as AsyncIterable<Buffer>) {
    parts.push(part)
    size += part.byteLength
    // Leaving the loop ends the connection.
    if (size > longestBody) break
  }
  return { bytes: Buffer.concat(parts).subarray(0, longestBody), isCut: size > longestBody }
}
