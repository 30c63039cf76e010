import { execFile } from 'node:child_process'
import { mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { TestProject } from 'vitest/node'

const root = join(import.meta.dirname, '../..')

/** Builds the command line once: browsers run no TypeScript, and users run what is built. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'tollgate-browser-'))
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'))
  const tsc = join(root, 'node_modules/typescript/bin/tsc')
  const compile = [tsc, '-p', 'tsconfig.build.json', '--outDir', join(folder, 'dist')]
  await promisify(execFile)(process.execPath, compile, { cwd: root })
  await promisify(execFile)('sh', ['-c', `echo '{"type":"module"}' > '${folder}/package.json'`])
  project.provide('commandLine', join(folder, 'dist/cli/main.js'))
  return () => rm(folder, { recursive: true, force: true })
}

declare module 'vitest' {
  export interface ProvidedContext {
    /** The built command line. */
    commandLine: string
  }
}
