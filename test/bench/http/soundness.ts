import { tampered } from '../tokens.ts'
import type { GuardName } from './matrix.ts'

/** Fails unless the guard answers as it must: a guard that admits everybody would be fast, too. */
export async function assertGuarded(guard: GuardName, url: string, good: string): Promise<void> {
  await expect(guard, 'a good token', url, good, 200)
  if (guard === 'bare') return
  await expect(guard, 'a tampered token', url, tampered(good), 401)
  await expect(guard, 'no token', url, undefined, 401)
}

async function expect(
  guard: GuardName,
  what: string,
  url: string,
  token: string | undefined,
  status: number,
): Promise<void> {
  const response = await fetch(url, {
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
  })
  await response.body?.cancel()
  if (response.status === status) return
  throw new Error(`${guard} at ${url} answers ${response.status} to ${what}`)
}
