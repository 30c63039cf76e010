import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

/** What is measured runs in processes of its own, one program each. */
export const programs = {
  verify: 'verify/program.ts',
  app: 'http/app.ts',
  cannon: 'load/cannon.ts',
  caller: 'scale/caller.ts',
  curves: 'scale/curves.ts',
  memory: 'scale/memory.ts',
  'first-request': 'scale/first-request.ts',
  'import-time': 'start-up/import-time.ts',
  'in-process': 'in-process/program.ts',
} as const

export type ProgramName = keyof typeof programs

const bench = fileURLToPath(new URL('../', import.meta.url))

/**
 * The programs in plain JavaScript, with nothing of node_modules in them: a loader that translates while they run would
 * be measured too.
 */
export async function buildPrograms(): Promise<void> {
  await build({
    absWorkingDir: bench,
    entryPoints: Object.entries(programs).map(([out, file]) => ({ in: file, out })),
    outdir: 'dist',
    bundle: true,
    // Else an import on demand would be done at once.
    splitting: true,
    packages: 'external',
    format: 'esm',
    platform: 'node',
    target: 'node20',
    // Its `paths` are for the type check alone.
    tsconfigRaw: {},
    logLevel: 'warning',
  })
}

export const programFile = (name: ProgramName): string =>
  fileURLToPath(new URL(`../dist/${name}.js`, import.meta.url))
