import type { Contender } from './contender.ts'

/** Tokens that every contender has to refuse, by what is wrong with them. */
export interface Bad {
  readonly signature: readonly string[]
  readonly claims: readonly string[]
}

/**
 * Fails if a contender refuses good tokens or accepts bad ones: the time of a contender that is set
 * up wrongly would mean nothing.
 */
export async function assertSound(
  name: string,
  contender: Contender,
  good: string,
  bad: Bad,
): Promise<void> {
  // Each contender is asked twice, because the second answer may come from its cache.
  for (const turn of ['at first', 'again']) {
    if (!(await accepts(contender, good))) throw new Error(`${name} refuses a good token ${turn}`)
  }
  const wrong = [...bad.signature, ...(contender.signatureOnly ? [] : bad.claims)]
  for (const token of wrong) {
    if (await accepts(contender, token)) throw new Error(`${name} accepts ${token}`)
  }
}

async function accepts({ make, call }: Contender, token: string): Promise<boolean> {
  try {
    await call(make === undefined ? token : make(token))
    return true
  } catch {
    return false
  }
}
