import type { Claims } from '../testing.ts'
import { wrongUsage } from './failure.ts'
import type { Flags, KnownFlags } from './flags.ts'
import { escaped } from './io.ts'

/** Seconds for which the tokens of the command line are valid by default. */
export const defaultExpiry = 3600

/** The flags that say what stands in a token. */
export const claimFlags: KnownFlags = {
  sub: 'text',
  scope: 'text',
  claim: 'list',
  'claim-json': 'list',
}

/** The claims that the flags name. */
export function claimsIn(flags: Flags): Claims {
  const sub = flags.text('sub')
  const scope = flags.text('scope')
  const named = [
    ...flags.list('claim').map((text) => pair('claim', text)),
    ...flags
      .list('claim-json')
      .map((text) => pair('claim-json', text))
      .map(([name, value]) => [name, readJson(name, value)] as const),
  ]
  const all = [
    ...(sub === undefined ? [] : [['sub', sub] as const]),
    ...(scope === undefined ? [] : [['scope', scope] as const]),
    ...named,
  ]
  const names = all.map(([name]) => name)
  const twice = names.find((name, i) => names.indexOf(name) !== i)
  if (twice !== undefined) wrongUsage(`the claim '${escaped(twice, 60)}' is given twice`)
  return Object.fromEntries(all)
}

/** The two parts of `name=value`. */
export function pair(flag: string, text: string): readonly [name: string, value: string] {
  const at = text.indexOf('=')
  if (at > 0) return [text.slice(0, at), text.slice(at + 1)]
  return wrongUsage(`flag '--${flag}' is '${escaped(text, 60)}': write name=value`)
}

function readJson(name: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return wrongUsage(
      `flag '--claim-json' gives '${escaped(name, 60)}' no JSON: write --claim-json 'roles=["admin"]', or --claim for a text`,
    )
  }
}
