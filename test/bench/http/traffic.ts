import { withTokenFiles } from '../token-files.ts'

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
/**
 * Far more than any cache holds (10,000 in tollgate), because some connections send more than
 * others.
 */
export const fresh = 16_000

export async function withTraffic<T>(
  mint: (count: number) => Promise<readonly string[]>,
  work: (traffic: readonly Traffic[], good: string) => Promise<T>,
): Promise<T> {
  const all = await mint(many + fresh)
  const stock = { one: all.slice(0, 1), many: all.slice(0, many), new: all.slice(many) }
  return withTokenFiles(stock, (files) => {
    const names = Object.keys(files) as TrafficName[]
    const traffic = names.map((name) => ({ name, tokens: files[name] }))
    return work(traffic, all[0] as string)
  })
}
