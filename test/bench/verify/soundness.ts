import type { TestIssuer } from 'tollgate/testing'
import { tampered } from '../tokens.ts'
import type { Verify } from './contenders.ts'

/**
 * Fails if a contender refuses good tokens or accepts bad ones: the time of a contender that is set
 * up wrongly would mean nothing.
 */
export async function assertSound(
  name: string,
  verify: Verify,
  issuer: TestIssuer,
  good: string,
): Promise<void> {
  const { bad } = issuer
  const wrong = {
    tampered: tampered(good),
    'for another audience': bad.wrongAudience(),
    expired: bad.expired(),
    'of another key': bad.wrongKey(),
  }
  // Each contender is asked twice, because the second answer may come from its cache.
  for (const turn of ['at first', 'again']) {
    if (!(await accepts(verify, good))) throw new Error(`${name} refuses a good token ${turn}`)
  }
  for (const [what, token] of Object.entries(wrong)) {
    if (await accepts(verify, token)) throw new Error(`${name} accepts a token that is ${what}`)
  }
}

async function accepts(verify: Verify, token: string): Promise<boolean> {
  try {
    return (await verify(token)) !== undefined
  } catch {
    return false
  }
}
