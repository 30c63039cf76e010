import { cp, rename } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { beforeAll, describe, expect, inject, test } from 'vitest'
import type { Compilation, Compiler, Entry } from './project.ts'
import { compile, copyFixture, entries, print, unpack } from './project.ts'

const packed = inject('packed')

const nodenext = ['--module', 'nodenext']
const bundler = ['--module', 'preserve', '--moduleResolution', 'bundler']
const loose = ['--exactOptionalPropertyTypes', 'false']
const limit = 120_000

/**
 * Asserts that both programs were compiled, against the declarations of these entries, and that the
 * compiler reported nothing that is not expected.
 */
function expectClean(
  { complaints, files }: Compilation,
  programs: readonly string[],
  reached: readonly Entry[],
  flaw?: RegExp,
): void {
  expect(complaints.filter((line) => !flaw?.test(line))).toEqual([])
  const declarations = reached.map((entry) => join('tollgate', 'dist', `${entry}.d.ts`))
  for (const name of [...programs, ...declarations]) {
    expect(files.filter((file) => file.endsWith(name)).length, name).toBe(1)
  }
}

/** Copies a program of a fixture into a project twice: as an ES module and as CommonJS. */
async function copyTwice(project: string, fixture: string, name: string): Promise<string> {
  const folder = await copyFixture(project, fixture)
  for (const ending of ['mts', 'cts']) {
    await cp(join(folder, `${name}.ts`), join(folder, `${name}.${ending}`))
  }
  return folder
}

describe('a consumer without a framework and without the types of Node', () => {
  let folder: string
  beforeAll(async () => {
    folder = await copyTwice(await unpack(packed), 'consumer-alone', 'routes')
  })

  const worker = ['--lib', 'es2018,webworker']
  test.each<[Compiler, string, readonly string[]]>([
    ['typescript', 'nodenext, a browser', nodenext],
    ['typescript', 'bundler, a worker', [...bundler, ...worker, ...loose]],
    ['typescript5', 'nodenext, a worker', [...nodenext, ...worker]],
    ['typescript5', 'bundler, a worker', [...bundler, ...worker]],
  ])(
    'a consumer without a framework and without the types of Node compiles with %s, %s',
    async (compiler, _, options) => {
      const reached = ['index', 'express', 'koa', 'fetch', 'node', 'nest', 'issuers'] as const
      const compilation = await compile(folder, compiler, ...options)
      expectClean(compilation, ['routes.mts', 'routes.cts'], reached)
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
    expectClean(
      compilation,
      ['routes.mts'],
      ['index', 'express', 'koa', 'fetch', 'node', 'nest', 'issuers'],
    )
  },
  limit,
)

describe('a consumer on Node without a framework', () => {
  let folder: string
  beforeAll(async () => {
    const project = await unpack(packed, { '@types/node': '@types/node' })
    folder = await copyTwice(project, 'consumer-node', 'behaviour')
  })
  const reached = ['index', 'fetch', 'node', 'testing'] as const

  test(
    'a consumer on Node without a framework compiles with typescript, bundler',
    async () => {
      const compilation = await compile(folder, 'typescript', ...bundler, '--noEmit')
      expectClean(compilation, ['behaviour.mts', 'behaviour.cts'], reached)
    },
    limit,
  )

  test(
    'a consumer on Node without a framework admits and refuses, compiled to a module and to CommonJS',
    async () => {
      const compilation = await compile(folder, 'typescript')
      expectClean(compilation, ['behaviour.mts', 'behaviour.cts'], reached)
      const tried = [[200, 'alice'], 401, 401, 403]
      const behaviour = {
        verifier: ['alice', 'expired'],
        fetch: [tried, tried],
        node: tried,
      }
      expect(await print(folder, join('built', 'behaviour.mjs'))).toEqual(behaviour)
      expect(await print(folder, join('built', 'behaviour.cjs'))).toEqual(behaviour)
    },
    limit,
  )
})

describe('a consumer of every framework', () => {
  const current = {
    '@nestjs/common': '@nestjs/common',
    express: 'express',
    fastify: 'fastify',
    hono: 'hono',
    koa: 'koa',
    '@types/express': '@types/express',
    '@types/koa': '@types/koa',
    '@types/node': '@types/node',
  }
  const earlier = {
    ...current,
    express: 'express4',
    koa: 'koa2',
    '@types/express': '@types/express4',
    '@types/koa': '@types/koa2',
  }
  const projects = { current: '', earlier: '', node10: '' }
  beforeAll(async () => {
    const project = await unpack(packed, current)
    projects.current = await copyFixture(project, 'consumer')
    projects.node10 = await copyFixture(project, 'consumer-node10')
    projects.earlier = await copyFixture(await unpack(packed, earlier), 'consumer')
  })
  // @types/koa imports a type of content-disposition that the current version of that package,
  // which brings its own types, does not export any more.
  const flaw =
    /^\S*@types\/koa2?\/index\.d\.ts\(\d+,\d+\): error TS2694: .*content-disposition.*'Options'\.$/

  test.each<[Compiler, string, readonly string[], keyof typeof projects]>([
    ['typescript', 'nodenext', nodenext, 'current'],
    ['typescript', 'nodenext, optional properties loose', [...nodenext, ...loose], 'current'],
    ['typescript', 'nodenext, Express 4 and Koa 2', nodenext, 'earlier'],
    ['typescript', 'bundler', bundler, 'current'],
    ['typescript5', 'nodenext', nodenext, 'current'],
  ])(
    'a consumer of every framework compiles with %s, %s',
    async (compiler, _, options, project) => {
      const compilation = await compile(projects[project], compiler, ...options)
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
