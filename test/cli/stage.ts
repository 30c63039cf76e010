import { Readable } from 'node:stream'
import type { Io } from '../../src/cli/io.ts'
import { run } from '../../src/cli/run.ts'

export interface StageOptions {
  /** What standard input gives. Default: nothing. */
  readonly input?: string
  /** Whether standard input is a terminal. Default: false. */
  readonly types?: boolean
  /** Whether the outputs are terminals. Default: false. */
  readonly terminal?: boolean
  readonly variables?: Readonly<Record<string, string>>
  readonly fetch?: typeof globalThis.fetch
}

/** A command that runs in this process. */
export interface Running {
  /** What was written to standard output so far. */
  readonly output: string
  /** What was written to standard error so far. */
  readonly notes: string
  readonly code: Promise<number>
  /** Resolves to the output as soon as it matches. */
  shows(pattern: RegExp): Promise<RegExpExecArray>
  signal(name: NodeJS.Signals): void
}

/** No server of this machine answers at the default port, whatever runs there. */
const nobodyAnswers: typeof globalThis.fetch = async (input, init) => {
  const { port } = new URL(String(input))
  if (port === '4400') throw new TypeError('fetch failed')
  return globalThis.fetch(input, init)
}

/** Starts a command in this process. */
export function start(args: readonly string[], options: StageOptions = {}): Running {
  const { input = '', types = false, terminal = false, variables = {} } = options
  const written = { output: '', notes: '' }
  const listeners = new Set<(signal: NodeJS.Signals) => void>()
  const waiting = new Set<() => void>()
  const sink = (name: keyof typeof written) => ({
    isTTY: terminal,
    write(text: string) {
      written[name] += text
      for (const look of waiting) look()
    },
  })
  const io: Io = {
    input: Object.assign(Readable.from(input === '' ? [] : [Buffer.from(input)]), { isTTY: types }),
    output: sink('output'),
    notes: sink('notes'),
    variables,
    fetch: options.fetch ?? nobodyAnswers,
    onSignal(_, listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
  const code = run(args, io)
  return {
    get output() {
      return written.output
    },
    get notes() {
      return written.notes
    },
    code,
    shows: (pattern) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const found = pattern.exec(written.output + written.notes)
          if (found === null) return
          waiting.delete(look)
          resolve(found)
        }
        waiting.add(look)
        look()
        void code.then(() => reject(new Error(`it ended: ${written.notes}`)))
      }),
    signal(name) {
      for (const listener of [...listeners]) listener(name)
    },
  }
}

export interface Finished {
  readonly code: number
  readonly output: string
  readonly notes: string
}

/** Runs a command in this process to its end. */
export async function finish(args: readonly string[], options?: StageOptions): Promise<Finished> {
  const running = start(args, options)
  const code = await running.code
  return { code, output: running.output, notes: running.notes }
}

/** Starts `tollgate issuer` at a free port, and reads the lines that it prints. */
export async function startIssuer(...flags: readonly string[]) {
  const running = start(['issuer', '--port', '0', ...flags])
  await running.shows(/^TOKEN=.+$/m)
  const variables = Object.fromEntries(
    running.output
      .trim()
      .split('\n')
      .map((line) => line.split(/=(.*)/s).slice(0, 2)),
  ) as Record<string, string>
  return {
    running,
    variables,
    async stop(): Promise<number> {
      running.signal('SIGINT')
      return running.code
    },
  }
}
