/**
 * The process of one contender: its parent tells it what to play, and it answers with the result.
 */
import { once } from 'node:events'
import { type ContenderName, contenders } from '../contenders/all.ts'
import { play } from './play.ts'
import type { Scenario } from './scenario.ts'
import type { SigningKeys } from './tokens.ts'

export interface Order {
  readonly name: ContenderName
  readonly keys: SigningKeys
  readonly scenario: Scenario
}

process.once('disconnect', () => process.exit(1))

const [order] = (await once(process, 'message')) as [Order]
const played = await play(contenders[order.name], order.keys, order.scenario)
process.send?.(played, () => process.exit())
