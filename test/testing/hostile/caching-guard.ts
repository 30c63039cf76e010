import type { JWK } from 'jose'
import type { ShortTrust, TestIssuer } from 'tollgate/testing'
import type { Guard } from './flawed-guards.ts'
import { guardWith } from './flawed-guards.ts'

/** How a guard loads and keeps its keys, and what it answers when it has none. */
export interface KeyHandling {
  /** The answer while there are no keys (503 with Retry-After). */
  readonly outage?: (error: Error) => Response | Promise<Response>
  /** Whether old keys are used while new ones cannot be loaded (true). */
  readonly stale?: boolean
  /** Whether keys are loaded again after a failure (true). */
  readonly retries?: boolean
  /** Whether the metadata must name the issuer as its own (true). */
  readonly checksIssuer?: boolean
  /** Whether keys for encryption are ignored (true). */
  readonly checksUse?: boolean
  /** Whether one key of an unknown type makes the whole set unusable (false). */
  readonly poisoned?: boolean
  readonly redirect?: RequestRedirect
  /** Whether keys may be fetched over http (false). */
  readonly insecure?: boolean
  /** The URL of the keys. If it is given, no metadata is read. */
  readonly jwksUri?: string
}

function unavailable(): Response {
  return new Response(null, { status: 503, headers: { 'retry-after': '1' } })
}

/** A guard that loads its keys on demand and keeps them for ten minutes. */
export function createCachingGuard(
  issuer: TestIssuer,
  trust: ShortTrust,
  handling: KeyHandling = {},
): Guard {
  const { outage = unavailable, stale = true, retries = true } = handling
  const guard = guardWith(issuer)
  let keys: readonly JWK[] | undefined
  let loadedAt = Number.NEGATIVE_INFINITY
  let failure: Error | undefined

  async function ensureKeys(): Promise<void> {
    if (trust.now() - loadedAt < 600_000) return
    try {
      if (failure && !retries) throw failure
      keys = await load(trust, handling)
      loadedAt = trust.now()
    } catch (error) {
      failure = error as Error
      if (!stale) keys = undefined
      if (keys === undefined) throw error
    }
  }

  return {
    async fetch(request) {
      if (!request.headers.has('authorization')) return guard.fetch(request)
      try {
        await ensureKeys()
      } catch (error) {
        return outage(error as Error)
      }
      return guard.fetch(request)
    },
  }
}

async function load(trust: ShortTrust, handling: KeyHandling): Promise<readonly JWK[]> {
  const { checksIssuer = true, checksUse = true, poisoned = false, redirect = 'error' } = handling
  async function get(url: string) {
    const signal = AbortSignal.timeout(trust.keys.timeout * 1000)
    const response = await (trust.fetch ?? fetch)(url, { redirect, signal })
    if (response.status !== 200) throw new Error(`status ${response.status}`)
    return JSON.parse(await readAtMost(response, 524_288))
  }
  let uri = handling.jwksUri
  if (uri === undefined) {
    const metadata = await get(`${trust.issuer}/.well-known/openid-configuration`)
    if (checksIssuer && metadata.issuer !== trust.issuer) throw new Error('wrong issuer')
    uri = String(metadata.jwks_uri)
    if (!handling.insecure && !uri.startsWith('https:')) throw new Error('insecure')
  }
  const all: JWK[] = (await get(uri)).keys
  const bad = all.some(({ kty }) => kty === 'XYZ')
  const good = all.filter(({ kty, use }) => kty === 'EC' && (!checksUse || use !== 'enc'))
  if (good.length === 0 || (poisoned && bad)) throw new Error('no key')
  return good
}

async function readAtMost({ body }: Response, bytes: number): Promise<string> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of body as ReadableStream<Uint8Array>) {
    length += chunk.byteLength
    if (length > bytes) throw new Error('too large')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}
