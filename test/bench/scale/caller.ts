/** Sends requests, and notes when each was sent and how long its answer took. */
import { Agent, get } from 'node:http'
import { perform } from '../program.ts'

export interface Order {
  readonly url: string
  readonly tokens: readonly string[]
  readonly seconds: number
  /** How many requests are under way at once. */
  readonly callers: number
}

/**
 * When the request was sent (milliseconds since 1970), and how many milliseconds its answer took.
 */
export type Call = readonly [sent: number, took: number]

await perform(async ({ url, tokens, seconds, callers }: Order): Promise<readonly Call[]> => {
  const agent = new Agent({ keepAlive: true, maxSockets: callers })
  const calls: Call[] = []
  const until = performance.now() + 1000 * seconds
  let at = 0
  async function call(): Promise<void> {
    while (performance.now() < until) {
      const token = tokens[at++ % tokens.length] as string
      const sent = performance.now()
      await ask(url, token, agent)
      calls.push([performance.timeOrigin + sent, performance.now() - sent])
    }
  }
  await Promise.all(Array.from({ length: callers }, call))
  agent.destroy()
  return calls
})

function ask(url: string, token: string, agent: Agent): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${token}` }
    get(url, { agent, headers }, (response) => {
      if (response.statusCode !== 200) reject(new Error(`Refused with ${response.statusCode}`))
      response.resume().on('end', resolve).on('error', reject)
    }).on('error', reject)
  })
}
