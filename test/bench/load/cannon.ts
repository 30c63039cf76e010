/** Makes load with autocannon, in a process of its own. */
import { readFileSync } from 'node:fs'
import cannon from 'autocannon'
import { perform } from '../program.ts'

export interface LoadOrder {
  readonly url: string
  /** A file with a token in each line. The tokens are sent in turn. */
  readonly tokens: string
  /** The line to begin with. */
  readonly from: number
  readonly seconds: number
}

export interface Load {
  readonly answered: number
  /** How many requests were sent, answered or not. The next load begins after them. */
  readonly sent: number
}

const connections = 32

// The first order only starts the program.
await perform(
  async (order: LoadOrder | { readonly ready: true }): Promise<Load | true> =>
    'ready' in order ? true : fire(order),
)

async function fire({ url, tokens, from, seconds }: LoadOrder): Promise<Load> {
  const all = readFileSync(tokens, 'utf8').trimEnd().split('\n')
  let sent = 0
  const { non2xx, errors, timeouts, ...result } = await cannon({
    url,
    connections,
    duration: seconds,
    requests: [
      {
        // All connections together send the tokens in one order, so that none comes again while a
        // cache may still hold it.
        setupRequest(request) {
          const authorization = `Bearer ${all[(from + sent) % all.length]}`
          sent += 1
          return { ...request, headers: { ...request.headers, authorization } }
        },
      },
    ],
  })
  if (non2xx + errors + timeouts > 0) throw new Error(`autocannon met bad answers at ${url}`)
  return { answered: result['2xx'], sent }
}
