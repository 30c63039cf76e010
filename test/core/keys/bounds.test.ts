import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { boundsOf } from './bounds.ts'

const page = readFileSync(join(import.meta.dirname, '../../../docs/outages.md'), 'utf8')
const bounds = boundsOf(
  { maxAge: 600, staleIfError: 86_400, cooldown: 30 },
  { retryAfter: false, oldPlace: true },
)

/** `4200 s`, `24 h 10 min`. */
function written(seconds: number): string {
  if (seconds < 36_000) return `${seconds} s`
  return `${Math.floor(seconds / 3600)} h ${(seconds % 3600) / 60} min`
}

it.each([
  ['a token of a published key is refused, issuer answering', written(bounds.refused)],
  ['a token of a removed key is accepted, issuer answering', written(bounds.accepted)],
  ['the old place still serves that key', written(bounds.acceptedAtOldPlace)],
  ['the same, issuer not answering', written(bounds.acceptedInOutage)],
  ['the same, issuer serving keys but no metadata', written(bounds.acceptedWithoutMetadata)],
  ['fetches per issuer and hour while nothing fails', String(bounds.fetchesWithoutFaults)],
  ['fetches per issuer and hour, whatever happens', String(bounds.fetches)],
  ['the same, while it answers 4xx', String(bounds.fetchesIf4xx)],
])('docs/outages.md says of "%s" what the tests compute: %s', (what, value) => {
  const rows = page.split('\n').filter((line) => line.startsWith('| ') && line.includes(what))
  expect(rows.map((row) => row.split('|').at(-2)?.trim())).toEqual([value])
})
