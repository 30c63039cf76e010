import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build, type Metafile } from 'esbuild'

/** What an import can reach, without the framework, which no adapter imports. */
export interface Bytes {
  /** All files in one, minified, without comments. */
  readonly minified: number
  /** The part of `minified` that is jose. */
  readonly jose: number
  /** The files of jose that Node loads with the import. */
  readonly joseFiles: readonly string[]
}

const bench = fileURLToPath(new URL('../', import.meta.url))
/** The jose of this folder; a library may have another version inside of its own folder. */
const jose = 'node_modules/jose/'

export async function measureBytes(name: string): Promise<Bytes> {
  const { metafile } = await build({
    absWorkingDir: bench,
    stdin: { contents: `export * from '${name}'`, resolveDir: bench },
    bundle: true,
    minify: true,
    metafile: true,
    write: false,
    outfile: 'bundle.js',
    format: 'esm',
    platform: 'node',
    target: 'node20',
    tsconfigRaw: {},
    logLevel: 'error',
  })
  const [output] = Object.values(metafile.outputs)
  const fromJose = Object.entries(output?.inputs ?? {}).filter(([path]) => path.includes(jose))
  return {
    minified: output?.bytes ?? 0,
    jose: fromJose.reduce((sum, [, { bytesInOutput }]) => sum + bytesInOutput, 0),
    joseFiles: loadedAtOnce(metafile).filter((path) => path.includes(jose)),
  }
}

/** The files that Node loads with the import itself, and not by `import()` when they are needed. */
function loadedAtOnce({ inputs }: Metafile): readonly string[] {
  const found = new Set(['<stdin>'])
  for (const path of found) {
    for (const { path: next, kind, external } of inputs[path]?.imports ?? []) {
      if (kind !== 'dynamic-import' && external !== true) found.add(next)
    }
  }
  return [...found]
}

/** How many files jose has. */
export const filesOfJose = (): number =>
  readdirSync(`${bench}${jose}dist/webapi`, { recursive: true, encoding: 'utf8' }).filter((path) =>
    path.endsWith('.js'),
  ).length
