import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, parse, posix, sep } from 'node:path'
import { describe, expect, test } from 'vitest'

const root = join(import.meta.dirname, '..')
const sources = filesIn('src')
const entryFiles = sources.filter((file) => dirname(file) === 'src')
/** The adapters, each with the packages whose types it may name. */
const adapters = {
  'src/express.ts': /^$/,
  'src/fastify.ts': /^fastify$/,
  'src/fetch.ts': /^$/,
  'src/hono.ts': /^hono$/,
  'src/koa.ts': /^$/,
  'src/nest.ts': /^$/,
  'src/node.ts': /^$/,
}
/** Entries that adapt no framework. */
const otherEntries = [
  'src/index.ts',
  'src/issuers.ts',
  'src/revocation.ts',
  'src/testing.ts',
  'src/vitest.ts',
]

/** Every file and folder, written as an import writes it. */
function pathsIn(folder: string): readonly string[] {
  const paths = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
  return paths
    .map((path) => `${folder}/${path.split(sep).join('/')}`)
    .filter((path) => !path.includes('/node_modules/'))
    .sort()
}

function filesIn(folder: string): readonly string[] {
  return pathsIn(folder).filter((path) => path.endsWith('.ts'))
}

function read(file: string): string {
  return readFileSync(join(root, file), 'utf8')
}

/**
 * Comments, strings, templates and regular expressions are found together, because each can hold
 * text that looks like another.
 */
const literals =
  /(?<comment>\/\*[\s\S]*?\*\/|\/\/[^\n]*)|'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\[\s\S])*`|(?<pattern>(?<=(?:[=(,:[!&|?{};]|\breturn)\s*)\/(?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*)/g

/** The source without comments and regular expressions. */
function codeOf(file: string): string {
  return read(file).replace(literals, (literal, ...rest) => {
    const { comment, pattern } = rest.at(-1) as { comment?: string; pattern?: string }
    return comment === undefined && pattern === undefined ? literal : ' '
  })
}

const specifiers = [
  /\b(?:import|export)\b[\w\s{},*$]*\bfrom\s*(['"])(?<name>[^'"\n]+)\1/g,
  /\bimport\s*(['"])(?<name>[^'"\n]+)\1/g,
  /(?<!\.)\bimport\s*\(\s*(['"])(?<name>[^'"\n]+)\1/g,
]

/** What a file imports, types included: files by their path, packages by their name. */
function importsOf(file: string): readonly string[] {
  const code = codeOf(file)
  return specifiers.flatMap((pattern) =>
    Array.from(code.matchAll(pattern), ({ groups }) => {
      const name = groups?.['name'] as string
      return name.startsWith('.') ? posix.join(dirname(file), name) : name
    }),
  )
}

/** Everything that a file imports, directly or through others, without the file itself. */
function reachOf(file: string): readonly string[] {
  const reached = new Set<string>()
  const visit = (from: string): void => {
    for (const next of importsOf(from)) {
      if (reached.has(next) || next === file) continue
      reached.add(next)
      if (next.startsWith('src/')) visit(next)
    }
  }
  visit(file)
  return [...reached].sort()
}

/** The names that none of the patterns allows. */
function outside(names: readonly string[], ...allowed: readonly RegExp[]): readonly string[] {
  return names.filter((name) => !allowed.some((pattern) => pattern.test(name)))
}

/** What each file imports that it must not. */
function forbiddenImports(
  files: readonly string[],
  ...allowed: readonly RegExp[]
): readonly string[] {
  expect(files).not.toEqual([])
  return files.flatMap((file) =>
    outside(importsOf(file), ...allowed).map((to) => `${file} → ${to}`),
  )
}

type Graph = ReadonlyMap<string, readonly string[]>

/** The files of src with the files of src that each imports; imports of types count. */
function graphOf(files: readonly string[]): Graph {
  return new Map(
    files.map((file) => [file, importsOf(file).filter((name) => name.startsWith('src/'))]),
  )
}

/** Every cycle, as the files that lead back to the first one. */
function cyclesIn(graph: Graph): readonly string[] {
  const cycles: string[] = []
  const finished = new Set<string>()
  const visit = (file: string, path: readonly string[]): void => {
    const start = path.indexOf(file)
    if (start >= 0) cycles.push([...path.slice(start), file].join(' → '))
    if (start >= 0 || finished.has(file)) return
    for (const next of graph.get(file) ?? []) visit(next, [...path, file])
    finished.add(file)
  }
  for (const file of graph.keys()) visit(file, [])
  return cycles
}

/**
 * The areas of core. Each may import those behind it in the list, and none before it. 'top' are the
 * verifier and the options at the top of core; 'ground' is what everything in core may import.
 */
const areas = [
  'top',
  'hints',
  'identity',
  'exchange',
  'formats',
  'issuers',
  'introspection',
  'status',
  'client',
  'jwt',
  'keys',
  'remote',
  'ground',
]
const topFiles = [
  'auth-signal',
  'decision',
  'exports',
  'explain',
  'health',
  'issuer-options',
  'key-options',
  'options',
  'revocation-check',
  'shared-verifier',
  'token-cache',
  'verifier',
]

function areaOf(file: string): string {
  const [, , area, inside] = file.split('/') as [string, string, string, string | undefined]
  if (inside !== undefined) return area
  return topFiles.includes(parse(area).name) ? 'top' : 'ground'
}

/** Imports in core that lead from an area to one before it. */
function backwardImports(graph: Graph): readonly string[] {
  return [...graph].flatMap(([file, imported]) =>
    imported
      .filter((to) => core.test(file) && core.test(to))
      .filter((to) => areas.indexOf(areaOf(to)) < areas.indexOf(areaOf(file)))
      .map((to) => `${file} → ${to}`),
  )
}

const packages = /^(jose(\/[\w/]+)?|lru-cache)$/
const core = /^src\/core\//
const http = /^src\/http\//
const commandLine = /^src\/cli\//

test('the command of package.json is the built src/cli/main.ts, which begins with its interpreter', () => {
  const { bin } = JSON.parse(read('package.json')) as { bin: Record<string, string> }
  expect(bin).toEqual({ tollgate: './dist/cli/main.js' })
  expect(read('src/cli/main.ts')).toMatch(/^#!\/usr\/bin\/env node\n/)
})

test('each entry of package.json is a file at the top of src, and each such file is an entry', () => {
  const { exports, types, typesVersions } = JSON.parse(read('package.json')) as {
    exports: Record<string, unknown>
    types: string
    typesVersions: Record<string, Record<string, readonly string[]>>
  }
  const entries = Object.entries(exports).filter(([entry]) => entry !== './package.json')
  expect(entries).toEqual(
    entries.map(([entry]) => {
      const name = entry === '.' ? 'index' : entry.slice(2)
      return [
        entry,
        {
          '@tollgate/source': `./src/${name}.ts`,
          types: `./dist/${name}.d.ts`,
          default: `./dist/${name}.js`,
        },
      ]
    }),
  )
  // The module resolution `node10` of TypeScript reads these and never `exports`.
  const declared = entries.map(([entry, file]) => [entry, (file as { types: string }).types])
  const { '.': main, ...others } = Object.fromEntries(declared)
  expect({ types, typesVersions }).toEqual({
    types: main,
    typesVersions: {
      '*': Object.fromEntries(Object.entries(others).map(([entry, to]) => [entry.slice(2), [to]])),
    },
  })
  const named = entries.map(([entry]) =>
    entry === '.' ? 'src/index.ts' : `src${entry.slice(1)}.ts`,
  )
  expect(named.sort()).toEqual(entryFiles)
})

describe('imports of src', () => {
  test('every imported file of src is a file that these tests read', () => {
    for (const file of sources) {
      for (const next of importsOf(file)) {
        if (next.startsWith('src/')) expect(sources, file).toContain(next)
      }
    }
    expect(reachOf('src/express.ts')).toEqual(
      expect.arrayContaining([
        'jose',
        'lru-cache',
        'src/core/verifier.ts',
        'src/http/request-head.ts',
      ]),
    )
    expect(reachOf('src/testing.ts')).toEqual(expect.arrayContaining(['jose', 'node:http']))
  })

  test('no file of src imports itself through others, not even for a type', () => {
    expect(cyclesIn(graphOf(sources))).toEqual([])
  })

  test('core imports jose, lru-cache and core alone', () => {
    const files = sources.filter((file) => core.test(file))
    expect(forbiddenImports(files, packages, core)).toEqual([])
  })

  test('http imports core and http alone', () => {
    const files = sources.filter((file) => http.test(file))
    expect(forbiddenImports(files, core, http)).toEqual([])
  })

  test('the imports between the areas of core go one way', () => {
    expect(backwardImports(graphOf(sources))).toEqual([])
  })

  test('every folder of core is an area with a place in that order', () => {
    const folders = pathsIn('src/core').filter((path) => !path.endsWith('.ts'))
    expect(folders).toEqual(expect.arrayContaining(['src/core/keys', 'src/core/remote']))
    expect(folders.filter((folder) => !areas.includes(posix.basename(folder)))).toEqual([])
  })

  test('every entry is an adapter or one of the other entries in the list above', () => {
    expect([...Object.keys(adapters), ...otherEntries].sort()).toEqual(entryFiles)
  })

  test.each(Object.entries(adapters))(
    '%s imports http and core, no other adapter, no test kit, and of a framework the types alone',
    (adapter, types) => {
      expect(forbiddenImports([adapter], core, http, types)).toEqual([])
      expect(outside(reachOf(adapter), packages, core, http, types)).toEqual([])
      const named = importsOf(adapter).filter((name) => types.test(name))
      const code = read(adapter)
      for (const name of named) {
        expect(code).toMatch(new RegExp(`^import type \\{[^}]*\\} from '${name}'`, 'm'))
        expect(code.split(`'${name}'`)).toHaveLength(2)
      }
    },
  )

  test('src/index.ts imports core and assertAuth, which reaches of http nothing that knows requests', () => {
    const assertAuth = 'src/http/requirements/assert.ts'
    expect(outside(importsOf('src/index.ts'), core)).toEqual([assertAuth, assertAuth])
    const shared = /^src\/http\/(hooks|parameters|verified-auth|requirements\/[a-z]+)\.ts$/
    expect(outside(reachOf('src/index.ts'), packages, core, shared)).toEqual([])
  })

  test('the test kit imports Node, jose, the main entry, the presets, two files of core and the state of a request', () => {
    const kit = sources.filter((file) => /^src\/testing[./]/.test(file))
    const shared = /^src\/(core\/(algorithms|option-checks)|http\/request-state)\.ts$/
    const entries = /^src\/(index|issuers)\.ts$/
    const allowed = [/^jose$/, /^node:/, entries, /^src\/testing\//, shared]
    expect(forbiddenImports(kit, ...allowed)).toEqual([])
  })

  test('the command line imports Node, the main entry, the test kit, and of core four files', () => {
    const files = sources.filter((file) => commandLine.test(file))
    const shared = /^src\/core\/(algorithms|events|known-issuers|option-checks)\.ts$/
    const allowed = [/^node:/, /^src\/(index|testing)\.ts$/, /^src\/testing\//, commandLine, shared]
    expect(forbiddenImports(files, ...allowed)).toEqual([])
  })

  test('nothing but the command line imports the command line', () => {
    const others = sources.filter((file) => !commandLine.test(file))
    const importers = others.filter((file) => importsOf(file).some((to) => commandLine.test(to)))
    expect(importers).toEqual([])
  })

  test('the entry for Vitest imports Vitest and the test kit alone', () => {
    expect(forbiddenImports(['src/vitest.ts'], /^vitest$/, /^src\/testing\.ts$/)).toEqual([])
  })

  test('the presets import core/option-checks and core/known-issuers, and of the public types and of node:http the types alone', () => {
    const presets = sources.filter((file) => /^src\/issuers[./]/.test(file))
    const values = [/^src\/issuers\//, /^src\/core\/(option-checks|known-issuers)\.ts$/]
    const types = [/^src\/core\/exports\.ts$/, /^node:https?$/]
    expect(forbiddenImports(presets, ...values, ...types)).toEqual([])
    for (const preset of presets) {
      const lines = codeOf(preset).match(
        /^(?:import|export)\b[^']*'[^']*(?:exports\.ts|node:\w+)'/gm,
      )
      expect(outside(lines ?? [], /^(?:import|export) type \{/)).toEqual([])
    }
  })

  test('the stores of revocations import the main entry and core alone, and nothing imports them', () => {
    const stores = /^src\/revocation[./]/
    const files = sources.filter((file) => stores.test(file))
    expect(forbiddenImports(files, /^src\/index\.ts$/, core, stores)).toEqual([])
    const others = sources.filter((file) => !stores.test(file))
    expect(others.filter((file) => importsOf(file).some((to) => stores.test(to)))).toEqual([])
  })

  test('every import of src names its module literally', () => {
    const computed = sources.filter((file) => {
      const code = codeOf(file)
      // `import(name: Type)` declares a method.
      const called = /(?<!\.)\bimport\s*\(\s*(?!['"]|\w+\s*:)/.test(code)
      return (
        called || /\brequire\s*\(|\bcreateRequire\b/.test(code) || /^\/\/\/\s*</m.test(read(file))
      )
    })
    expect(computed).toEqual([])
  })

  test('modules of Node are optional in src, so that other runtimes do without them', () => {
    const asked = sources.flatMap((file) => codeOf(file).match(/\S*\bgetBuiltinModule\b\S*/g) ?? [])
    const optional = /^globalThis\.process\?\.getBuiltinModule\?\.\('node:(crypto|https?|util)'\)/
    expect(outside(asked, optional)).toEqual([])
  })
})

test('no file or folder has a name that says only that it is useful', () => {
  const paths = ['src', 'examples', 'test', 'docs'].flatMap(pathsIn)
  const vague = /^(utils?|helpers?|commons?|types?)$/
  expect(paths).toEqual(expect.arrayContaining(['src/http', 'test/architecture.test.ts']))
  expect(paths.filter((path) => vague.test(parse(path).name))).toEqual([])
})

test('no file of src has more than 300 lines', () => {
  const long = sources.filter((file) => read(file).trimEnd().split('\n').length > 300)
  expect(long).toEqual([])
})

test('an import that goes in a circle, and one that goes from keys up to the options, are found', () => {
  const graph = new Map([
    ['src/core/keys/key.ts', ['src/core/options.ts']],
    ['src/core/options.ts', ['src/core/keys/key.ts', 'src/core/errors.ts']],
    ['src/core/errors.ts', []],
  ])
  expect(cyclesIn(graph)).toEqual([
    'src/core/keys/key.ts → src/core/options.ts → src/core/keys/key.ts',
  ])
  expect(backwardImports(graph)).toEqual(['src/core/keys/key.ts → src/core/options.ts'])
})

test('texts in the repository use technical terms instead of invented ones, and refer only to files that are in it', () => {
  // Put together from halves, so that this file does not contain what it looks for.
  const privateWords = ['doo|rs?', 'men|d(s|ed|ing)?', 'me|mo', 'hou|se', 'sto|r(e)?ys?']
  const pattern = new RegExp(
    [
      ...privateWords.map((word) => `\\b${word.replace('|', '')}\\b`),
      'stair' + 'case',
      'bad ' + 'day',
      'DESIGN' + '\\.md',
      '\\.\\./' + 'shared/',
    ].join('|'),
    'i',
  )
  const files = ['src', 'test', 'examples', 'docs']
    .flatMap(pathsIn)
    .filter((path) => /\.\w+$/.test(path))
  const prose = readdirSync(root).filter((path) => path.endsWith('.md') && path !== 'CHANGELOG.md')
  const found = [...files, ...prose]
    .filter((path) => !/\/(dist|reports)\//.test(path))
    .filter((path) => pattern.test(path) || pattern.test(read(path)))
  expect(found).toEqual([])
})

test('src reads no environment variable, but for the command line, which reads them in one file and hands them to a command in another', () => {
  const readers = sources.filter((file) => {
    const code = codeOf(file)
    const words = code
      .replace(literals, (literal) => (literal.startsWith('`') ? literal : ' '))
      // What a served test issuer gives to others has that name, and is read from nowhere.
      .replace(/\breadonly env:|\benv: variablesOf\(/g, ' ')
    return /\benv\b/.test(words) || /\[\s*['"`]env['"`]\s*\]/.test(code)
  })
  expect(readers).toEqual(['src/cli/dev-issuer/child.ts', 'src/cli/main.ts'])
})
