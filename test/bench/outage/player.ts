/** The process of one contender: told what to play by its parent, and tells how it went. */
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
