import { rename } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { beforeAll, describe, expect, inject, test } from 'vitest'
import {
  alone,
  bundler,
  copyTwice,
  current,
  expectClean,
  flaw,
  limit,
  nodenext,
} from './consumers.ts'
import { compile, copyFixture, entries, print, unpack } from './project.ts'

/*
 * What consumers.test.ts tests with the current compiler. Older ones are written in JavaScript and
 * take so long that `npm run test:compilers` runs this file, and `npm test` does not.
 */

const packed = inject('packed')

describe('a consumer without a framework and without the types of Node', () => {
  let folder: string
  beforeAll(async () => {
    folder = await copyTwice(await unpack(packed), 'consumer-alone', 'routes')
  })

  const worker = ['--lib', 'es2018,webworker']
  test.each<[string, readonly string[]]>([
    ['nodenext, a worker', [...nodenext, ...worker]],
    ['bundler, a worker', [...bundler, ...worker]],
  ])(
    'a consumer without a framework and without the types of Node compiles with typescript5, %s',
    async (_, options) => {
      const compilation = await compile(folder, 'typescript5', ...options)
      expectClean(compilation, ['routes.mts', 'routes.cts'], alone)
      expect(compilation.files.filter((file) => file.includes(`${sep}@types${sep}`))).toEqual([])
    },
    limit,
  )
})

// An older compiler does not let CommonJS import an ES module under nodenext, as Node can.
test(
  'an ES module without a framework compiles with the oldest supported TypeScript, nodenext',
  async () => {
    const folder = await copyFixture(await unpack(packed), 'consumer-alone')
    await rename(join(folder, 'routes.ts'), join(folder, 'routes.mts'))
    const compilation = await compile(folder, 'typescript-oldest', ...nodenext)
    expectClean(compilation, ['routes.mts'], alone)
  },
  limit,
)

describe('a consumer of every framework', () => {
  const projects = { nodenext: '', node10: '' }
  beforeAll(async () => {
    const project = await unpack(packed, current)
    projects.nodenext = await copyFixture(project, 'consumer')
    projects.node10 = await copyFixture(project, 'consumer-node10')
  })

  test(
    'a consumer of every framework compiles with typescript5, nodenext',
    async () => {
      const compilation = await compile(projects.nodenext, 'typescript5', ...nodenext)
      expectClean(compilation, ['esm.mts', 'commonjs.cts'], entries, flaw)
    },
    limit,
  )

  test(
    'a consumer of every framework compiles with typescript5, node10, and what is compiled runs',
    async () => {
      const compilation = await compile(projects.node10, 'typescript5')
      expectClean(compilation, ['routes.ts'], entries, flaw)
      const printed = await print(projects.node10, join('built', 'routes.js'))
      expect(printed).toEqual(['alice', 'acme', 'expired', 401])
    },
    limit,
  )

  test(
    'a consumer of every framework compiles with the oldest supported TypeScript, node10',
    async () => {
      const compilation = await compile(projects.node10, 'typescript-oldest', '--noEmit')
      // Fastify and Hono declare some of their types with what newer versions of TypeScript have.
      const newer =
        /^\S*node_modules\/(?:fastify|hono)\/\S+ error TS(?:2304: .*'NoInfer'|2315: .*'Uint8Array')/
      expectClean(compilation, ['routes.ts'], entries, new RegExp(`${flaw.source}|${newer.source}`))
    },
    limit,
  )
})
