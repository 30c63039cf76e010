import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'vitest'
import type { Compilation, Entry } from './project.ts'
import { copyFixture } from './project.ts'

export const nodenext = ['--module', 'nodenext']
export const bundler = ['--module', 'preserve', '--moduleResolution', 'bundler']
/** Milliseconds. */
export const limit = 120_000

/**
 * Asserts that both programs were compiled, against the declarations of these entries, and that the
 * compiler reported nothing that is not expected.
 */
export function expectClean(
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
export async function copyTwice(project: string, fixture: string, name: string): Promise<string> {
  const folder = await copyFixture(project, fixture)
  for (const ending of ['mts', 'cts']) {
    await cp(join(folder, `${name}.ts`), join(folder, `${name}.${ending}`))
  }
  return folder
}

/** What a project has whose programs use no framework. */
export const alone = [
  'index',
  'express',
  'koa',
  'fetch',
  'node',
  'nest',
  'issuers',
  'revocation',
] as const

/** The packages of a project whose programs use every framework in its current version. */
export const current = {
  '@nestjs/common': '@nestjs/common',
  express: 'express',
  fastify: 'fastify',
  hono: 'hono',
  koa: 'koa',
  '@types/express': '@types/express',
  '@types/koa': '@types/koa',
  '@types/node': '@types/node',
}

/**
 * `@types/koa` imports a type of content-disposition that the current version of that package, which
 * brings its own types, does not export any more.
 */
export const flaw =
  /^\S*@types\/koa2?\/index\.d\.ts\(\d+,\d+\): error TS2694: .*content-disposition.*'Options'\.$/
