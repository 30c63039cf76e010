/** What `verify()` costs for a new token, as the token grows up to the longest one: see README.md. */
import type { VerifierOptions } from '../../src/index.ts'
import { createVerifier } from '../../src/index.ts'
import { createTestIssuer } from '../../src/testing.ts'
import { fullPace, inTurn } from './pace.ts'
import { digits, times } from './report/numbers.ts'
import { median } from './report/statistics.ts'
import { table } from './report/table.ts'
import { calibrate, createQueue, runBatch } from './verify/batch.ts'

const lengths = [1_024, 4_096, 8_192, 16_384]
/** How many different tokens of each kind and length are verified in turn. */
const count = 50

const issuer = createTestIssuer({ alg: 'RS256' })
const options: VerifierOptions = {
  issuer: { issuer: issuer.url, jwks: issuer.jwks },
  audience: issuer.audience as string,
  // Every token is new.
  tokenCache: false,
}
const quiet = createVerifier(options)
const listening = createVerifier({ ...options, onEvent() {} })

/** A good token of this length, or a little less, whose claim `fill` has this JSON text. */
function minted(length: number, fill: (length: number) => string): string {
  const [, payload = ''] = issuer.mint().split('.')
  const claims = Buffer.from(payload, 'base64url').toString().slice(0, -1)
  const mint = (text: string): string => issuer.mint({}, { raw: `${claims},"fill":${text}}` })
  return mint(fill(Math.floor(((length - mint('').length) * 3) / 4)))
}

const text = (length: number): string => JSON.stringify('x'.repeat(length - 2))
const groups = (length: number): string =>
  JSON.stringify(Array(Math.floor(length / 39)).fill('9188040d-6c67-4b5b-b112-36a304b66dad'))
// JSON.stringify would exhaust the call stack here.
const nested = (length: number): string => '['.repeat(length / 2) + ']'.repeat(length / 2)

const kinds: readonly (readonly [string, (length: number) => string, typeof quiet])[] = [
  ['good, one long claim', (length) => minted(length, text), quiet],
  ['good, many groups', (length) => minted(length, groups), quiet],
  ['good, nested lists', (length) => minted(length, nested), quiet],
  ['not signed by the issuer', (length) => tampered(minted(length, groups)), quiet],
  ['the same, with a hint', (length) => tampered(minted(length, groups)), listening],
  ['for another API, with a hint', (length) => elsewhere(length), listening],
  ['opaque, with a hint', (length) => 'a'.repeat(length), listening],
  ['dots, with a hint', (length) => '.'.repeat(length), listening],
]

function tampered(token: string): string {
  const at = token.lastIndexOf('.') + 20
  return `${token.slice(0, at)}${token[at] === 'A' ? 'B' : 'A'}${token.slice(at + 1)}`
}

/** A token whose `aud` has as many members as fit. */
function elsewhere(length: number): string {
  const bare = issuer.mint({ aud: [] })
  const members = Math.floor((((length - bare.length) * 3) / 4 - 2) / 4)
  return issuer.mint({ aud: Array.from({ length: members }, () => 'a') })
}

const rows: string[][] = []
for (const [kind, make, { verify }] of kinds) {
  const call = (token: string): Promise<unknown> => verify(token).catch(() => {})
  const runners = []
  for (const length of lengths) {
    const tokens = Array.from({ length: count }, () => make(length))
    const mean = tokens.reduce((sum, token) => sum + token.length, 0) / count
    if (mean < length * 0.94 || mean > length) throw new Error(`${kind}: ${mean} of ${length}`)
    const queue = createQueue(tokens)
    const size = await calibrate(call, queue, 1, { ...fullPace, warmUp: 500 })
    runners.push({ queue, size, took: [] as number[] })
  }
  for (let round = 0; round < fullPace.rounds; round++) {
    for (const { queue, size, took } of inTurn(runners)) {
      const before = process.cpuUsage()
      await runBatch(call, queue, size, 1)
      const { user, system } = process.cpuUsage(before)
      took.push((user + system) / size)
    }
  }
  const [a = 0, b = 0, c = 0, d = 0] = runners.map(({ took }) => median(took))
  // If the cost is linear, a character costs as much in the second half as in the first.
  rows.push([kind, ...[a, b, c, d].map(digits), times((d - c) / 8_192 / ((c - a) / 7_168))])
}
const head = lengths.map((length) => `${length.toLocaleString('en-US')} characters`)
console.log(`Node ${process.versions.node}, RS256, one token at a time`)
console.log(table(['µs of CPU time', ...head, 'a character above 8,192 / below'], rows))
