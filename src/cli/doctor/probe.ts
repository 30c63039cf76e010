import type { AuthEvent, VerifierOptions } from '../../index.ts'
import { createVerifier } from '../../index.ts'
import { insecureHosts } from '../insecure-hosts.ts'
import type { Io } from '../io.ts'

/** A document that the issuer was asked for. */
export interface Exchange {
  readonly url: string
  readonly status: number
  readonly headers: Headers
  /** The JSON in the body, or undefined if there is none. */
  readonly body: Readonly<Record<string, unknown>> | undefined
  /** Milliseconds since the epoch. */
  readonly sentAt: number
  readonly receivedAt: number
}

/** What a verifier met when it loaded the keys of an issuer. */
export interface Probe {
  readonly issuer: string
  readonly exchanges: readonly Exchange[]
  readonly events: readonly AuthEvent[]
}

/** One byte more than a verifier reads of a document. */
const longestBody = 524_289

/**
 * Loads metadata and keys by a verifier with the default options, so that what is found is what an
 * API finds, and records every answer.
 *
 * @throws TypeError for what cannot be an issuer.
 */
export async function probeIssuer(issuer: string, io: Io): Promise<Probe> {
  const exchanges: Exchange[] = []
  const events: AuthEvent[] = []
  const recording: NonNullable<VerifierOptions['fetch']> = async (url, init) => {
    const sentAt = Date.now()
    const response = await io.fetch(url, init)
    const receivedAt = Date.now()
    const bytes = await readBounded(response)
    const { status, headers } = response
    exchanges.push({ url, status, headers, body: readObject(bytes), sentAt, receivedAt })
    const hasBody = ![101, 204, 205, 304].includes(status)
    return new Response(hasBody ? (bytes as BodyInit) : null, { status, headers })
  }
  const verifier = createVerifier({
    issuer,
    // No token is verified.
    audience: 'https://api.invalid',
    allowInsecureLoopback: true,
    ...insecureHosts(issuer),
    fetch: recording,
    onEvent: (event) => void events.push(event),
  })
  try {
    await verifier.ready()
  } catch {
    // The events say why.
  } finally {
    verifier.close()
  }
  return { issuer, exchanges, events }
}

async function readBounded({ body }: Response): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let length = 0
  if (body === null) return new Uint8Array()
  for await (const chunk of body) {
    chunks.push(chunk)
    length += chunk.byteLength
    if (length >= longestBody) break
  }
  return Buffer.concat(chunks)
}

function readObject(bytes: Uint8Array): Exchange['body'] {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes))
    return typeof value === 'object' && value !== null ? (value as Exchange['body']) : undefined
  } catch {
    return undefined
  }
}

/** The metadata document that was found, if any. */
export function metadataIn({ exchanges }: Probe): Exchange | undefined {
  return exchanges.find(
    ({ status, body }) => status === 200 && typeof body?.['issuer'] === 'string',
  )
}

/** The key set that was found, if any. */
export function keySetIn({ exchanges }: Probe): Exchange | undefined {
  return exchanges.find(({ status, body }) => status === 200 && Array.isArray(body?.['keys']))
}
