import { readdir } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { build } from 'esbuild'
import { expect, test } from 'vitest'
import { exclude, include } from '../../vitest.config.ts'
import { adaptersOf, frameworks } from '../runtimes/build.ts'
import { nodeOnly, suites } from '../runtimes/suites.ts'
import { root } from './project.ts'

/**
 * Of the two wildcards in vitest.config.ts, `**` stands for any folders, and `*` for a part of one
 * name.
 */
function matches(path: string, pattern: string): boolean {
  const parts = pattern.split(/(\*\*\/?|\*)/).map((part) => {
    if (part === '**/') return '(?:.*/)?'
    if (part === '**') return '.*'
    return part === '*' ? '[^/]*' : part.replaceAll('.', '\\.')
  })
  return new RegExp(`^${parts.join('')}$`).test(path)
}

/** The test files that `npm test` runs. */
async function testFiles(): Promise<readonly string[]> {
  const folders = ['test', 'examples']
  expect(include.map((pattern) => pattern.split('/')[0])).toEqual(folders)
  const found = await Promise.all(
    folders.map(async (folder) => {
      const paths = await readdir(join(root, folder), { recursive: true })
      return paths.map((path) => [folder, ...path.split(sep)].join('/'))
    }),
  )
  return found
    .flat()
    .filter((path) => include.some((pattern) => matches(path, pattern)))
    .filter((path) => !exclude.some((pattern) => matches(path, pattern)))
    .sort()
}

test('every test file runs in a suite of test/runtimes/suites.ts, or a reason there says why not', async () => {
  const named = [...suites, ...nodeOnly].flatMap(({ files }) => files)
  expect([...new Set(named)].sort()).toEqual(await testFiles())
})

test('no test file of a suite in test/runtimes/suites.ts also has a reason not to run', () => {
  const run = new Set(suites.flatMap(({ files }) => files))
  expect(nodeOnly.flatMap(({ files }) => files).filter((file) => run.has(file))).toEqual([])
})

test('a file that a suite of test/runtimes/suites.ts leaves out on a runtime is a file of that suite', () => {
  for (const { files, without = {} } of suites) {
    expect(Object.keys(without).filter((file) => !files.includes(file))).toEqual([])
  }
})

test('no file that runs in workerd needs a framework, which is not there: one import keeps the whole suite from starting', async () => {
  const files = suites
    .filter(({ not = {} }) => !('workerd' in not))
    .flatMap(({ files, without = {} }) =>
      files.filter((file) => !without[file]?.on.includes('workerd')),
    )
  const { metafile } = await build({
    absWorkingDir: root,
    bundle: true,
    entryPoints: files,
    external: [...frameworks],
    format: 'esm',
    logLevel: 'silent',
    metafile: true,
    outdir: 'unwritten',
    packages: 'external',
    plugins: [adaptersOf('portable')],
    write: false,
  })
  const needed = Object.values(metafile.outputs).flatMap(({ entryPoint, imports }) =>
    imports
      .filter(({ path }) => frameworks.some((name) => matches(path, name)))
      .map(({ path }) => `${entryPoint} needs ${path}`),
  )
  expect(needed).toEqual([])
})
