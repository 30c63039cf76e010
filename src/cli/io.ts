import type { Readable } from 'node:stream'
import { printable } from '../core/events.ts'

/** Where a command writes to. */
export interface Output {
  write(text: string): unknown
  readonly isTTY?: boolean
}

/** All that a command reads and writes besides its arguments, so that tests can stand in for it. */
export interface Io {
  readonly input: Readable & { readonly isTTY?: boolean }
  /** Standard output, for data alone. */
  readonly output: Output
  /** Standard error, for everything that is said about the data. */
  readonly notes: Output
  /** The environment variables. */
  readonly variables: Readonly<Record<string, string | undefined>>
  readonly fetch: typeof globalThis.fetch
  /** Calls the listener at these signals, until the result is called. */
  onSignal(
    signals: readonly NodeJS.Signals[],
    listener: (signal: NodeJS.Signals) => void,
  ): () => void
}

export function printLine(output: Output, line = ''): void {
  output.write(`${line}\n`)
}

/** Characters that are read at most. The longest token that a verifier accepts has fewer. */
const longestInput = 1_000_000

/** All that standard input gives, or its first line if somebody types it. */
export async function readInput({ input }: Io): Promise<string> {
  let text = ''
  input.setEncoding('utf8')
  for await (const chunk of input) {
    text += chunk
    if (input.isTTY === true && text.includes('\n')) return text.slice(0, text.indexOf('\n'))
    if (text.length > longestInput) break
  }
  return text
}

/**
 * Text that somebody else wrote, as a terminal may be given it. Control characters of a token could
 * otherwise move the cursor and hide what was printed before.
 */
export function escaped(text: string, length = 500): string {
  return text.length > length ? `${printable(text, length)}...` : printable(text, 6 * length)
}

/** A value as JSON for programs. All that is not printable ASCII is escaped, as JSON allows. */
export function escapedJson(value: unknown): string {
  const lines = JSON.stringify(value, null, 2).split('\n')
  return lines.map((line) => printable(line, 6 * line.length)).join('\n')
}
