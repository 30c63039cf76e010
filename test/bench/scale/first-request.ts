/** Measures how long the first token of a fresh process waits, including the fetch of the keys. */
import { perform } from '../program.ts'

export interface Order {
  readonly contender: 'tollgate' | 'jose'
  readonly issuer: string
  readonly jwksUri: string
  readonly audience: string
  /** The token for the first request, and one to compare it with. */
  readonly tokens: readonly string[]
}

/** Milliseconds. */
export interface FirstRequest {
  readonly create: number
  readonly first: number
  readonly second: number
}

await perform(async (order: Order): Promise<FirstRequest> => {
  const contender = await load(order)
  const [one, two] = order.tokens
  const began = performance.now()
  const verify = contender()
  const created = performance.now()
  await verify(one as string)
  const first = performance.now()
  await verify(two as string)
  const second = performance.now()
  return { create: created - began, first: first - created, second: second - first }
})

async function load({
  contender,
  issuer,
  jwksUri,
  audience,
}: Order): Promise<() => (token: string) => Promise<unknown>> {
  if (contender === 'tollgate') {
    const { createVerifier } = await import('tollgate')
    return () => createVerifier({ issuer, audience, allowInsecureLoopback: true }).verify
  }
  const { createRemoteJWKSet, jwtVerify } = await import('jose')
  return () => {
    const keys = createRemoteJWKSet(new URL(jwksUri))
    return (token) => jwtVerify(token, keys, { issuer, audience })
  }
}
