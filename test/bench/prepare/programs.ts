import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

/** The programs that measure. Each runs in a process of its own. */
export const programs = {
  'in-process': 'in-process/program.ts',
  app: 'load/app.ts',
  cannon: 'load/cannon.ts',
  block: 'block/program.ts',
  'import-time': 'start-up/import-time.ts',
} as const

export type ProgramName = keyof typeof programs

const bench = fileURLToPath(new URL('../', import.meta.url))

/**
 * Translates the programs to plain JavaScript, without the code of any package in node_modules. A
 * loader that translates TypeScript while a program runs would be part of the measurement.
 */
export async function buildPrograms(): Promise<void> {
  await build({
    absWorkingDir: bench,
    entryPoints: Object.entries(programs).map(([out, file]) => ({ in: file, out })),
    outdir: 'dist',
    bundle: true,
    // Without it, esbuild would put dynamic imports into the same file, and they would all be
    // loaded at the start.
    splitting: true,
    packages: 'external',
    format: 'esm',
    platform: 'node',
    target: 'node20',
    // The `paths` in tsconfig.json are for the type check only.
    tsconfigRaw: {},
    logLevel: 'warning',
  })
}

export const programFile = (name: ProgramName): string =>
  fileURLToPath(new URL(`../dist/${name}.js`, import.meta.url))
