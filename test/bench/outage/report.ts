import { availableParallelism, cpus } from 'node:os'
import { type ContenderName, variants } from '../contenders/all.ts'
import type { Played } from './play.ts'
import type { Scenario } from './scenario.ts'

export interface Result extends Played {
  readonly name: ContenderName
}

const columns = [
  'contender',
  'good requests sent',
  'good requests refused',
  'of which with 401 or 500 instead of 503',
  'longest stretch of refusals (s)',
  'fetches at the issuer (metadata + keys)',
  'new key accepted after (s)',
  'flood: good requests refused',
  'flood: fetches',
]

/** The complete text of OUTAGE.md. */
export function report(results: readonly Result[], scenario: Scenario, took: number): string {
  const isVariant = ({ name }: Result): boolean => variants.includes(name)
  const standard = results.filter((result) => !isVariant(result))
  const optional = results.filter(isVariant)
  return [
    '# An hour without the issuer',
    `${new Date().toISOString().slice(0, 10)}, ${machine()}, Node ${process.versions.node}, in ${Math.round(took)} s.`,
    'Written by `test/bench/outage.ts`; README.md beside it says how to run it.',
    section('As the packages come', standard, scenario),
    section('With options that are off by default', optional, scenario),
    '## Versions and options',
    results.map(describeContender).join('\n'),
    '## What is played',
    describeScenario(scenario),
    '## How it is played',
    method(scenario),
    '',
  ]
    .filter((part) => part !== undefined)
    .join('\n\n')
    .trimEnd()
    .concat('\n')
}

function section(
  title: string,
  results: readonly Result[],
  scenario: Scenario,
): string | undefined {
  if (results.length === 0) return undefined
  return `## ${title}\n\n${table([columns, ...results.map((result) => row(result, scenario))])}`
}

function row({ title, score }: Result, { rate, playedRate }: Scenario): string[] {
  const standing = (played: number): string => count((played * rate) / playedRate)
  const { metadata, keys } = score.fetches
  const wrong = Object.entries(score.statuses).filter(([status]) => status !== '503')
  return [
    title,
    standing(score.sent),
    standing(score.refused),
    wrong.map(([status, times]) => `${standing(times)} (${status})`).join(', ') || '0',
    count(score.longestRefusal),
    `${count(metadata + keys)} (${count(metadata)} + ${count(keys)})`,
    score.newKeyAfter === undefined ? 'never' : score.newKeyAfter.toFixed(1),
    standing(score.refusedDuringFlood),
    count(score.fetchesDuringFlood),
  ]
}

function table([head = [], ...rows]: readonly (readonly string[])[]): string {
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((cells) => cells[column]?.length ?? 0)),
  )
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => pad(cell, widths[column] ?? 0, column)).join(' | ')} |`
  const rule = widths.map((width, column) =>
    column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`,
  )
  return [line(head), line(rule), ...rows.map(line)].join('\n')
}

const pad = (cell: string, width: number, column: number): string =>
  column === 0 ? cell.padEnd(width) : cell.padStart(width)

const describeContender = ({ title, versions, note }: Result): string =>
  `- ${title}: ${versions}${note === undefined ? '' : `; ${note}`}.`

function describeScenario({ rate, outage, flood, end, latency }: Scenario): string {
  return [
    `- ${rate} good requests per second for ${count(end / 60)} minutes, with RFC 9068 access tokens signed with RS256.`,
    `- From ${time(outage.from)} to ${time(outage.to)} the issuer answers every request with 503. It takes ${latency * 1000} ms for any answer.`,
    `- At ${time(outage.to)} it is back with a new key; from then on, every other request brings a token of the new key. The old key is still published, and its tokens stay valid.`,
    `- From ${time(flood.from)} to ${time(flood.to)}, ${flood.rate} requests per second come in addition to the good ones, each with another unknown key id. Keys that are kept for ten minutes become due in that time.`,
  ].join('\n')
}

function method({ rate, playedRate, callers }: Scenario): string {
  const sample =
    rate === playedRate
      ? 'Every request is played.'
      : `Of the ${rate} good requests per second ${playedRate} are played, evenly spaced, so each stands for ${rate / playedRate} in the numbers of requests. Fetches are not scaled: they are what the issuer counted. Every request of the flood is played.`
  return [
    `- ${sample}`,
    '- Time is virtual, in one process per contender: `Date`, `performance.now`, `process.hrtime` and timers are replaced before the contender is loaded. Signatures and sockets are real, and take no virtual time.',
    '- The issuer is a real HTTP server on loopback, and every contender fetches with its own HTTP client. Only the issuer’s answers take virtual time.',
    '- Requests run through an Express 5 app in the same process, with Node’s own request and response objects but without a socket. The status is the one that Express would have sent.',
    `- ${callers} callers take turns, each with a token of its own that is valid for the whole run.`,
    '- A stretch of refusals is the time between the first and the last of a series of good requests that were all refused.',
  ].join('\n')
}

const machine = (): string => `${cpus()[0]?.model.trim()} (${availableParallelism()} cores)`

const count = (value: number): string => Math.round(value).toLocaleString('en-US')

function time(seconds: number): string {
  const rest = seconds % 60
  const minutes = `minute ${Math.floor(seconds / 60)}`
  return rest === 0 ? minutes : `${minutes}:${String(rest).padStart(2, '0')}`
}
