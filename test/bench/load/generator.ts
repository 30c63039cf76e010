import { spawnSync } from 'node:child_process'
import { versionOf } from '../prepare/peers.ts'
import { autocannon } from './autocannon.ts'
import type { Load, LoadOrder } from './load.ts'
import { wrk } from './wrk.ts'

export interface LoadGenerator {
  readonly version: string
  /** Fires for so many seconds from a process of its own. Rejects unless every answer is a good one. */
  fire(order: LoadOrder): Promise<Load>
}

let chosen: LoadGenerator | undefined

/** wrk where it is installed: it costs the machine less than what it measures. */
export async function loadGenerator(): Promise<LoadGenerator> {
  if (chosen !== undefined) return chosen
  const { error, stdout } = spawnSync('wrk', ['-v'], { encoding: 'utf8' })
  chosen =
    error === undefined
      ? { version: stdout.split('Copyright')[0]?.trim() ?? 'wrk', fire: wrk }
      : { version: `autocannon ${versionOf('autocannon')}`, fire: autocannon }
  return chosen
}
