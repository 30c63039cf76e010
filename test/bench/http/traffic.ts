import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export type TrafficName = 'one' | 'many' | 'new'

export interface Traffic {
  readonly name: TrafficName
  /** A file with a token in each line. */
  readonly tokens: string
}

export const trafficTitles: Readonly<Record<TrafficName, string>> = {
  one: 'one token',
  many: '1,000 tokens',
  new: 'all tokens new',
}

const many = 1_000
/** Far more than any cache holds (tollgate's 10,000), as connections do not all send equally often. */
export const fresh = 16_000

/** The files for as long as the work takes. */
export async function withTraffic<T>(
  mint: (count: number) => Promise<readonly string[]>,
  work: (traffic: readonly Traffic[], good: string) => Promise<T>,
): Promise<T> {
  const all = await mint(many + fresh)
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-bench-'))
  const write = (name: TrafficName, tokens: readonly string[]): Traffic => {
    const file = join(folder, name)
    writeFileSync(file, `${tokens.join('\n')}\n`)
    return { name, tokens: file }
  }
  try {
    const traffic = [
      write('one', all.slice(0, 1)),
      write('many', all.slice(0, many)),
      write('new', all.slice(many)),
    ]
    return await work(traffic, all[0] as string)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
