import { spawnSync } from 'node:child_process'
import { versionOf } from '../prepare/peers.ts'
import { autocannon } from './autocannon.ts'
import type { Load, LoadOrder } from './load.ts'
import { wrk } from './wrk.ts'

export interface LoadGenerator {
  readonly version: string
  /**
   * Sends requests for so many seconds, from a process of its own. Rejects unless all get a 200.
   */
  fire(order: LoadOrder): Promise<Load>
}

let chosen: LoadGenerator | undefined

/** wrk if it is installed, because it takes less of the machine than the app that it measures. */
export async function loadGenerator(): Promise<LoadGenerator> {
  if (chosen !== undefined) return chosen
  const { error, stdout } = spawnSync('wrk', ['-v'], { encoding: 'utf8' })
  chosen =
    error === undefined
      ? { version: stdout.split('Copyright')[0]?.trim() ?? 'wrk', fire: wrk }
      : { version: `autocannon ${versionOf('autocannon')}`, fire: autocannon }
  return chosen
}
