import { fileURLToPath } from 'node:url'
import { build, type Metafile } from 'esbuild'

/** The sizes in bytes of the files that an import can reach. */
export interface Bytes {
  /** Files of the packages that are imported. */
  readonly own: number
  /** Files of the packages that these depend on. */
  readonly dependencies: number
  /** All of them in one minified file, without comments. */
  readonly minified: number
}

const bench = fileURLToPath(new URL('../', import.meta.url))

export async function measureBytes(imports: readonly string[]): Promise<Bytes> {
  const contents = imports.map((name, i) => `export * as _${i} from '${name}'`).join('\n')
  const { metafile } = await build({
    absWorkingDir: bench,
    stdin: { contents, resolveDir: bench },
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
  const { own, dependencies } = weigh(metafile, new Set(imports.map(packageOf)))
  const [output] = Object.values(metafile.outputs)
  return { own, dependencies, minified: output?.bytes ?? 0 }
}

function weigh(
  { inputs }: Metafile,
  imported: ReadonlySet<string>,
): { own: number; dependencies: number } {
  let own = 0
  let dependencies = 0
  for (const [path, { bytes }] of Object.entries(inputs)) {
    const inside = path.split('node_modules/').at(-1)
    if (!path.includes('node_modules/') || inside === undefined) continue
    if (imported.has(packageOf(inside))) own += bytes
    else dependencies += bytes
  }
  return { own, dependencies }
}

/** `tollgate` of `tollgate/express`, `@scope/name` of `@scope/name/file.js`. */
function packageOf(path: string): string {
  const [first = '', second = ''] = path.split('/')
  return first.startsWith('@') ? `${first}/${second}` : first
}
