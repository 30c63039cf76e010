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

const packed = inject('packed')

const loose = ['--exactOptionalPropertyTypes', 'false']

describe('a consumer without a framework and without the types of Node', () => {
  let folder: string
  beforeAll(async () => {
    folder = await copyTwice(await unpack(packed), 'consumer-alone', 'routes')
  })

  const worker = ['--lib', 'es2018,webworker']
  test.each<[string, readonly string[]]>([
    ['nodenext, a browser', nodenext],
    ['bundler, a worker', [...bundler, ...worker, ...loose]],
  ])(
    'a consumer without a framework and without the types of Node compiles with typescript, %s',
    async (_, options) => {
      const compilation = await compile(folder, 'typescript', ...options)
      expectClean(compilation, ['routes.mts', 'routes.cts'], alone)
      expect(compilation.files.filter((file) => file.includes(`${sep}@types${sep}`))).toEqual([])
    },
    limit,
  )
})

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
  const earlier = {
    ...current,
    express: 'express4',
    koa: 'koa2',
    '@types/express': '@types/express4',
    '@types/koa': '@types/koa2',
  }
  const projects = { current: '', earlier: '' }
  beforeAll(async () => {
    projects.current = await copyFixture(await unpack(packed, current), 'consumer')
    projects.earlier = await copyFixture(await unpack(packed, earlier), 'consumer')
  })

  test.each<[string, readonly string[], keyof typeof projects]>([
    ['nodenext', nodenext, 'current'],
    ['nodenext, optional properties loose', [...nodenext, ...loose], 'current'],
    ['nodenext, Express 4 and Koa 2', nodenext, 'earlier'],
    ['bundler', bundler, 'current'],
  ])(
    'a consumer of every framework compiles with typescript, %s',
    async (_, options, project) => {
      const compilation = await compile(projects[project], 'typescript', ...options)
      expectClean(compilation, ['esm.mts', 'commonjs.cts'], entries, flaw)
    },
    limit,
  )
})
