import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Load, LoadOrder } from './load.ts'

// This path is right both for this file and for its translation in dist/.
const script = fileURLToPath(new URL('../load/wrk.lua', import.meta.url))
const execute = promisify(execFile)

export async function wrk({ url, tokens, from, seconds, connections }: LoadOrder): Promise<Load> {
  // One thread, because the tokens have to come in one order, and the app needs the other core.
  const options = ['-t', '1', '-c', String(connections), '-d', `${seconds}s`, '-s', script]
  const { stdout } = await execute('wrk', [...options, url, '--', tokens, String(from)], {
    timeout: 1000 * (seconds + 30),
  })
  const found = JSON.parse(/^JSON (.*)$/m.exec(stdout)?.[1] ?? '{}')
  if (found.refused !== 0 || found.broken !== 0) {
    throw new Error(`wrk met refused or broken requests at ${url}: ${stdout}`)
  }
  return {
    perSecond: found.requests / (found.microseconds / 1e6),
    p50: found.p50 / 1000,
    p99: found.p99 / 1000,
    sent: found.sent,
  }
}
