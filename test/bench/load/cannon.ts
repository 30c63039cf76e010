/** Makes load with autocannon, in a process of its own, where wrk is not installed. */
import { readFileSync } from 'node:fs'
import cannon, { type Client, type Request } from 'autocannon'
import { perform } from '../program.ts'
import type { Load, LoadOrder } from './load.ts'

await perform(async ({ url, tokens, from, seconds, connections }: LoadOrder): Promise<Load> => {
  const all = readFileSync(tokens, 'utf8').trimEnd().split('\n')
  let clients = 0
  const result = await cannon({
    url,
    connections,
    duration: seconds,
    // Every connection gets its own share of the tokens, so that together they send the tokens in
    // turn. The requests are built beforehand: to build them while sending would slow this down.
    setupClient(client: Client) {
      const first = clients++
      const share: Request[] = []
      for (let i = first; i < Math.max(all.length, connections); i += connections) {
        share.push({ headers: { authorization: `Bearer ${all[(from + i) % all.length]}` } })
      }
      client.setRequests(share)
    },
  })
  const { non2xx, errors, timeouts, latency, requests } = result
  if (non2xx + errors + timeouts > 0) throw new Error(`autocannon met bad answers at ${url}`)
  return {
    perSecond: result['2xx'] / result.duration,
    p50: latency.p50,
    p99: latency.p99,
    sent: requests.sent,
  }
})
