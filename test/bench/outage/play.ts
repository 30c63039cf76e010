import type { Contender } from '../contenders/contender.ts'
import { createApi } from './call.ts'
import { startClock } from './clock.ts'
import { startIssuer } from './issuer.ts'
import { versionOf } from './repository.ts'
import { isWithin, type Scenario } from './scenario.ts'
import type { Score } from './score.ts'
import { createScoreKeeper } from './score.ts'
import { createSettler } from './settle.ts'
import type { SigningKeys } from './tokens.ts'
import { audience, mintTokens, withUnknownKey } from './tokens.ts'

export interface Played {
  readonly title: string
  readonly versions: string
  readonly note: string | undefined
  readonly score: Score
}

/**
 * Plays the whole scenario against one contender. Each contender is played in a process of its own,
 * so that it shares no clock and no cache with another.
 */
export async function play(
  loadContender: () => Promise<{ readonly contender: Contender }>,
  keys: SigningKeys,
  scenario: Scenario,
): Promise<Played> {
  const { outage, flood, playedRate } = scenario
  const clock = startClock()
  const issuer = await startIssuer(clock, scenario.latency)
  const tokens = mintTokens(issuer, keys, scenario)
  const { contender } = await loadContender()
  const { url, jwksUri } = issuer
  const call = createApi(contender.createGuard({ issuer: url, jwksUri, audience }))
  const settler = createSettler(issuer, clock)
  const keeper = createScoreKeeper(scenario)
  const fetchesAroundFlood: number[] = []

  const happenings = new Map<number, () => void>([
    [outage.from, () => issuer.goDown()],
    [outage.to, () => issuer.comeBack(tokens.afterRotation)],
    [flood.from, () => fetchesAroundFlood.push(countFetches())],
    [flood.to, () => fetchesAroundFlood.push(countFetches())],
  ])

  function countFetches(): number {
    const { metadata, keys } = issuer.fetches()
    return metadata + keys
  }

  async function advanceTo(time: number): Promise<void> {
    for (
      let next = issuer.nextAnswer();
      next !== undefined && next <= time;
      next = issuer.nextAnswer()
    ) {
      clock.advanceTo(next)
      await settler.settle(true)
    }
    clock.advanceTo(time)
  }

  function sendGood(time: number, turn: number): void {
    // Once the issuer is back, every other caller sends a token of the new key.
    const key = time >= outage.to && turn % 2 === 1 ? 'new' : 'old'
    const answered = keeper.sent(time, key)
    const token = tokens[key][turn % scenario.callers] as string
    settler.track(call(token).then((status) => answered(status, clock.now())))
  }

  function sendUnknownKey(tick: number): void {
    const token = withUnknownKey(tokens.old[0] as string, `unknown-${tick}`)
    settler.track(call(token).then(expectRefusal))
  }

  issuer.comeBack(tokens.beforeRotation)
  const ticksPerSecond = Math.max(playedRate, flood.rate)
  const ticksPerGood = ticksPerSecond / playedRate
  const ticksPerUnknownKey = ticksPerSecond / flood.rate
  for (let tick = 0; tick < scenario.end * ticksPerSecond; tick++) {
    const time = tick / ticksPerSecond
    await advanceTo(time)
    happenings.get(time)?.()
    if (tick % ticksPerGood === 0) sendGood(time, tick / ticksPerGood)
    if (isWithin(flood, time) && tick % ticksPerUnknownKey === 0) sendUnknownKey(tick)
    await settler.settle()
  }
  while (settler.isBusy()) await advanceTo(clock.now() + 1)
  issuer.close()

  const [before = 0, after = 0] = fetchesAroundFlood
  return {
    title: contender.title,
    versions: contender.packages.map((name) => `${name} ${versionOf(name)}`).join(', '),
    note: contender.note,
    score: {
      ...keeper.score(),
      fetches: issuer.fetches(),
      fetchesDuringFlood: after - before,
    },
  }
}

function expectRefusal(status: number): void {
  if (status === 200) throw new Error('A token with an unknown key id was accepted')
}
