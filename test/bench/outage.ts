/**
 * Measures how many good requests each guard admits during an hour without the issuer, a new key
 * and a flood of bad tokens: see README.md.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { type ContenderName, contenders } from './contenders/all.ts'
import type { Played } from './outage/play.ts'
import type { Order } from './outage/player.ts'
import { report } from './outage/report.ts'
import { scenario as standard } from './outage/scenario.ts'
import { generateKeys } from './outage/tokens.ts'

const { values } = parseArgs({
  options: {
    // Plays only these contenders, by their names in contenders/all.ts, and does not write
    // OUTAGE.md.
    only: { type: 'string', multiple: true },
    // How many of the good requests of each second are played.
    rate: { type: 'string', default: String(standard.playedRate) },
  },
})
const scenario = { ...standard, playedRate: Number(values.rate) }
if (![10, 20, 40, 100, 200].includes(scenario.playedRate)) {
  throw new RangeError('--rate must be 10, 20, 40, 100 or 200')
}
const names = (values.only ?? Object.keys(contenders)).map(nameOf)
const keys = generateKeys()
const played = new Map<ContenderName, Played>()
const waiting = [...names]
const began = Date.now()

await Promise.all(Array.from({ length: Math.min(2, availableParallelism()) }, playWaiting))
const results = names.map((name) => ({ name, ...(played.get(name) as Played) }))
const text = report(results, scenario, (Date.now() - began) / 1000)
console.log(text)
if (values.only === undefined) writeFileSync(new URL('OUTAGE.md', import.meta.url), text)

function nameOf(name: string): ContenderName {
  if (name in contenders) return name as ContenderName
  throw new RangeError(`--only must be one of ${Object.keys(contenders).join(', ')}`)
}

async function playWaiting(): Promise<void> {
  for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
    played.set(name, await playAlone({ name, keys, scenario }))
    console.error(`${name} is done after ${Math.round((Date.now() - began) / 1000)} s`)
  }
}

async function playAlone(order: Order): Promise<Played> {
  const player = fork(fileURLToPath(new URL('outage/player.ts', import.meta.url)))
  player.send(order)
  const outcome = await Promise.race([once(player, 'message'), once(player, 'exit')])
  const [message] = outcome as [Played | number | null]
  if (message === null || typeof message === 'number') {
    throw new Error(`${order.name} could not be played to the end`)
  }
  return message
}
