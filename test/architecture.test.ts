import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, parse, posix, sep } from 'node:path'
import { describe, expect, test } from 'vitest'

const root = join(import.meta.dirname, '..')
const sources = filesIn('src')
const adapters = sources.filter((file) => dirname(file) === 'src')
/** Every adapter but that of the core and that of tests, with the packages whose types it may name. */
const frameworkAdapters = {
  'src/express.ts': /^$/,
  'src/fastify.ts': /^fastify$/,
  'src/fetch.ts': /^$/,
  'src/hono.ts': /^hono$/,
  'src/koa.ts': /^$/,
  'src/node.ts': /^$/,
}
const otherEntries = ['src/index.ts', 'src/testing.ts']

/** Every file and folder, with the separators of an import. */
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

/** Comments, strings, templates and regular expressions: each can hold what looks like the others. */
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

/** Everything that a file leads to, itself excluded. */
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
function strays(files: readonly string[], ...allowed: readonly RegExp[]): readonly string[] {
  expect(files).not.toEqual([])
  return files.flatMap((file) =>
    outside(importsOf(file), ...allowed).map((to) => `${file} → ${to}`),
  )
}

const packages = /^(jose|lru-cache)$/
const core = /^src\/core\//
const http = /^src\/http\//

test('each entry is a file at the top of src, and each such file an entry', () => {
  const { exports } = JSON.parse(read('package.json')) as { exports: Record<string, unknown> }
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
  const named = entries.map(([entry]) =>
    entry === '.' ? 'src/index.ts' : `src${entry.slice(1)}.ts`,
  )
  expect(named.sort()).toEqual(adapters)
})

describe('the storeys', () => {
  test('are all read', () => {
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

  test('core stays in core', () => {
    const files = sources.filter((file) => core.test(file))
    expect(strays(files, packages, core)).toEqual([])
  })

  test('http stands on core', () => {
    const files = sources.filter((file) => http.test(file))
    expect(strays(files, core, http)).toEqual([])
  })

  test('each adapter is in the list below', () => {
    expect([...Object.keys(frameworkAdapters), ...otherEntries].sort()).toEqual(adapters)
  })

  test.each(Object.entries(frameworkAdapters))(
    '%s reaches no other adapter, no test kit, and of a framework the types alone',
    (adapter, types) => {
      expect(strays([adapter], core, http, types)).toEqual([])
      expect(outside(reachOf(adapter), packages, core, http, types)).toEqual([])
      const named = importsOf(adapter).filter((name) => types.test(name))
      const code = read(adapter)
      for (const name of named) {
        expect(code).toMatch(new RegExp(`^import type \\{[^}]*\\} from '${name}'`, 'm'))
        expect(code.split(`'${name}'`)).toHaveLength(2)
      }
    },
  )

  test('src/index.ts reaches core alone', () => {
    expect(outside(reachOf('src/index.ts'), packages, core)).toEqual([])
  })

  test('the test kit stands beside the house', () => {
    const kit = sources.filter((file) => /^src\/testing[./]/.test(file))
    const allowed = [/^jose$/, /^node:/, /^src\/index\.ts$/, /^src\/testing\//]
    expect(strays(kit, ...allowed)).toEqual([])
  })

  test('are joined by literal names alone', () => {
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

  test('node modules without an import are optional, so that other runtimes do without', () => {
    const asked = sources.flatMap((file) => codeOf(file).match(/\S*\bgetBuiltinModule\b\S*/g) ?? [])
    const optional = /^globalThis\.process\?\.getBuiltinModule\?\.\('node:(crypto|util)'\)/
    expect(outside(asked, optional)).toEqual([])
  })
})

test('nothing is named for being of use', () => {
  const paths = ['src', 'examples', 'test'].flatMap(pathsIn)
  const vague = /^(utils?|helpers?|commons?|types?)$/
  expect(paths).toEqual(expect.arrayContaining(['src/http', 'test/architecture.test.ts']))
  expect(paths.filter((path) => vague.test(parse(path).name))).toEqual([])
})

test('no environment variable is read', () => {
  const readers = sources.filter((file) => {
    const code = codeOf(file)
    const words = code.replace(literals, (literal) => (literal.startsWith('`') ? literal : ' '))
    return /\benv\b/.test(words) || /\[\s*['"`]env['"`]\s*\]/.test(code)
  })
  expect(readers).toEqual([])
})
