import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { basename } from 'node:path'
import type { Readable } from 'node:stream'
import { here } from './build.ts'

export const workerd: string = `${here}/node_modules/workerd/bin/workerd`

export interface WorkerOptions {
  /** Whether the Worker can import the modules of Node. */
  readonly nodejsCompat: boolean
  /** The variables that the Worker gets in its `env`. */
  readonly bindings?: Readonly<Record<string, string>>
}

export interface Worker {
  readonly url: string
  /** Everything that the Worker has printed so far. */
  output(): string
  stop(): Promise<void>
}

/**
 * Starts workerd with one module as its Worker, on a free port. The Worker can reach only this
 * machine.
 */
export async function startWorker(module: string, options: WorkerOptions): Promise<Worker> {
  const config = module.replace(/\.mjs$/, '.capnp')
  await writeFile(config, configuration(basename(module), options))
  const child = spawn(workerd, ['serve', '--control-fd=3', config], {
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text) => {
      output += text
    })
  }
  return {
    url: `http://127.0.0.1:${await portOf(child, () => output)}`,
    output: () => output,
    async stop() {
      if (child.exitCode !== null) return
      const exit = once(child, 'exit')
      child.kill('SIGKILL')
      await exit
    },
  }
}

/** Reads the port from the file descriptor on which workerd reports where it listens. */
async function portOf(child: ChildProcess, output: () => string): Promise<number> {
  let told = ''
  for await (const chunk of (child.stdio[3] as Readable).setEncoding('utf8')) {
    told += chunk
    const port = /"event":"listen".*?"port":(\d+)/.exec(told)?.[1]
    if (port !== undefined) return Number(port)
  }
  throw new Error(`workerd does not start: ${output()}`)
}

function configuration(module: string, { nodejsCompat, bindings = {} }: WorkerOptions): string {
  const texts = Object.entries(bindings).map(
    ([name, text]) => `(name = ${JSON.stringify(name)}, text = ${JSON.stringify(text)})`,
  )
  return `using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "main", worker = .main),
    (name = "internet", network = (allow = ["local"])),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);

const main :Workerd.Worker = (
  modules = [(name = "main", esModule = embed ${JSON.stringify(module)})],
  compatibilityDate = "2026-01-01",
  compatibilityFlags = [${nodejsCompat ? '"nodejs_compat"' : ''}],
  bindings = [${texts.join(', ')}],
);
`
}
