/** Opens an Express app with one guarded route, in a process of its own. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import createExpress from 'express'
import { guards } from '../guards/express.ts'
import type { Setting } from '../in-process/contender.ts'
import { perform } from '../program.ts'
import { timeOfProcess } from '../time.ts'
import type { askTime } from './group.ts'

export interface AppOrder {
  readonly guard: string
  readonly setting: Setting
}

/** Gives the port that it listens on; and then, whenever it is asked, how long the process has run. */
await perform(
  async (order: AppOrder | typeof askTime): Promise<number> =>
    'guard' in order ? open(order) : process.env['X_STAT'] ? (stat() as never) : timeOfProcess(),
)

async function open({ guard, setting }: AppOrder): Promise<number> {
  const create = guards[guard]
  if (create === undefined) throw new Error(`Express is not measured with ${guard}`)
  const app = createExpress()
  // In any other environment, Express prints every error to stderr.
  app.set('env', 'test')
  app.get('/me', await create(setting), (_request, response) => {
    response.json({ greeting: 'Hello to whoever may come in' })
  })
  const server = createServer(app)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

import { readdirSync, readFileSync } from 'node:fs'
import { PerformanceObserver } from 'node:perf_hooks'

let gc = 0
const kinds: Record<string, number> = {}
new PerformanceObserver((l) => {
  for (const e of l.getEntries()) {
    gc += e.duration
    const k = String((e as any).detail?.kind)
    kinds[k] = (kinds[k] ?? 0) + e.duration
  }
}).observe({ entryTypes: ['gc'] })
function stat() {
  const threads: Record<string, number> = {}
  for (const t of readdirSync('/proc/self/task')) {
    const f = readFileSync(`/proc/self/task/${t}/stat`, 'utf8')
    const name = f.slice(f.indexOf('(') + 1, f.lastIndexOf(')'))
    const rest = f.slice(f.lastIndexOf(')') + 2).split(' ')
    const main = t === String(process.pid) ? 'main' : name
    const ss = readFileSync(`/proc/self/task/${t}/schedstat`, 'utf8').split(' ')
    threads[main] = (threads[main] ?? 0) + Number(ss[0]) / 1e6
    if (main === 'main') {
      threads['main.user'] = Number(rest[11]) * 10
      threads['main.sys'] = Number(rest[12]) * 10
    }
    const st = readFileSync(`/proc/self/task/${t}/status`, 'utf8')
    if (main === 'main') {
      threads['vol'] = Number(/^voluntary_ctxt_switches:\s*(\d+)/m.exec(st)![1])
      threads['invol'] = Number(/^nonvoluntary_ctxt_switches:\s*(\d+)/m.exec(st)![1])
      threads['minflt'] = Number(rest[7])
    }
  }
  return {
    threads,
    gc,
    kinds: { ...kinds },
    cpu: process.cpuUsage(),
    rss: process.memoryUsage().rss,
  }
}
