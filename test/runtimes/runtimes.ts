import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import type { Target } from './build.ts'
import { here } from './build.ts'
import type { Outcome } from './inside/run.ts'
import { startWorker, workerd } from './workerd.ts'

export interface Runtime {
  readonly name: string
  readonly target: Target
  version(): Promise<string>
  /** Runs a bundle of tests, and fails after so many seconds. */
  run(bundle: string, seconds: number): Promise<readonly Outcome[]>
}

const installed = (path: string): string => `${here}/node_modules/${path}`

export const bun: string = installed('.bin/bun')
export const deno: string = installed('.bin/deno')
export const node = (major: 20 | 22 | 24 | 26): string => installed(`node${major}/bin/node`)

export const runtimes: readonly Runtime[] = [
  process('Node 20', node(20)),
  process('Node 22', node(22)),
  process('Node 24', node(24)),
  process('Node 26', node(26)),
  process('Bun', bun),
  process('Deno', deno, 'run', '--allow-all', '--quiet'),
  {
    name: 'workerd',
    target: 'workerd',
    version: () => versionOf(workerd),
    async run(bundle, seconds) {
      // The tests and `tollgate/testing` need node:crypto. workerd.test.ts tests the other entries
      // without the modules of Node.
      const worker = await startWorker(bundle, { nodejsCompat: true })
      try {
        const response = await fetch(worker.url, { signal: AbortSignal.timeout(seconds * 1000) })
        const body = await response.text()
        if (response.status !== 200) throw new Error(`${body}\n${worker.output()}`)
        return JSON.parse(body)
      } finally {
        await worker.stop()
      }
    },
  },
]

function process(name: string, file: string, ...args: readonly string[]): Runtime {
  return {
    name,
    target: 'process',
    version: () => versionOf(file),
    async run(bundle, seconds) {
      const report = `${bundle}.${name.replace(' ', '-')}.json`
      const command = [...args, bundle, report]
      const limits = { timeout: seconds * 1000, maxBuffer: 2 ** 26 } as const
      await promisify(execFile)(file, command, { ...limits, killSignal: 'SIGKILL' })
      return JSON.parse(await readFile(report, 'utf8'))
    },
  }
}

/** Reads the version from `v22.1.0`, `1.4.5`, `deno 2.9.6 (stable…)` or `workerd 2026-11-17`. */
async function versionOf(file: string): Promise<string> {
  const { stdout } = await promisify(execFile)(file, ['--version'])
  const version = /\d+[.-]\d+[.-]\d+/.exec(stdout)?.[0]
  if (version === undefined) throw new Error(`${file} --version prints ${stdout}`)
  return version
}
