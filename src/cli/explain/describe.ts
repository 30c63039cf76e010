import { inWords } from '../duration.ts'
import { escaped } from '../io.ts'
import type { Paint } from '../style.ts'
import type { Check, CheckedToken, Verdict } from './check.ts'

/** The lines that show a token and its checks. All text of the token is escaped. */
export function describeToken(token: CheckedToken, paint: Paint): readonly string[] {
  return [
    ...members('Header', token.header, paint),
    ...members('Claims', token.claims, paint),
    paint('bold', 'Checks'),
    ...token.checks.map((check) => describeCheck(check, paint)),
    '',
    verdictOf(token, paint),
  ]
}

/** The most members that are shown of a header or of claims. */
const mostMembers = 60

function members(title: string, values: CheckedToken['claims'], paint: Paint): readonly string[] {
  if (values === undefined) return []
  const shown = Object.entries(values).slice(0, mostMembers)
  const width = Math.min(24, Math.max(0, ...shown.map(([name]) => name.length)))
  const more = Object.keys(values).length - shown.length
  return [
    paint('bold', title),
    ...shown.map(([name, value]) => {
      const text = escaped(JSON.stringify(value), 300)
      const time = dated.includes(name) ? paint('dim', timeOf(value)) : ''
      return `  ${escaped(name, 60).padEnd(width)}  ${text}${time}`
    }),
    ...(more > 0 ? [`  and ${more} more`] : []),
    '',
  ]
}

/** Claims that are seconds since the epoch. */
const dated: readonly string[] = ['exp', 'nbf', 'iat', 'auth_time', 'updated_at']

function timeOf(value: unknown): string {
  if (typeof value !== 'number' || Math.abs(value) > 8_640_000_000_000) return ''
  const ahead = value - Date.now() / 1000
  const distance = inWords(Math.abs(ahead))
  const date = new Date(value * 1000).toISOString().replace(/\.\d+Z$/, 'Z')
  return `  ${date}, ${ahead < 0 ? `${distance} ago` : `in ${distance}`}`
}

const outcomes = {
  passed: 'green',
  failed: 'red',
  'not reached': 'dim',
  'not made': 'yellow',
} as const

function describeCheck({ name, outcome, hint }: Check, paint: Paint): string {
  const label = paint(outcomes[outcome], outcome.padEnd(11))
  return `  ${label}  ${name}${hint === undefined ? '' : `: ${escaped(hint, 700)}`}`
}

function verdictOf({ verdict, checks, issuer }: CheckedToken, paint: Paint): string {
  const failed = checks.find(({ outcome }) => outcome === 'failed')
  const sentences: Readonly<Record<Verdict, string>> = {
    accepted: paint('green', `Accepted, as a token of ${escaped(issuer ?? '', 200)}.`),
    refused: paint('red', `Refused: ${failed?.name}.`),
    undecided: paint('yellow', `Not decided: ${undecidedBecause(failed)}.`),
  }
  return sentences[verdict]
}

function undecidedBecause(failed: Check | undefined): string {
  return failed === undefined
    ? 'nothing is wrong so far, but some checks were not made'
    : 'the keys could not be fetched'
}
