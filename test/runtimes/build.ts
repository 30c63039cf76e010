import { execFile } from 'node:child_process'
import { cp, mkdir, readFile, rm, symlink } from 'node:fs/promises'
import { builtinModules } from 'node:module'
import { dirname, join, relative, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import type { BuildOptions, Plugin } from 'esbuild'
import { build } from 'esbuild'

export const here: string = import.meta.dirname
export const root: string = resolve(here, '../..')
/** The folder for everything that is built here. */
export const output: string = join(here, 'dist')
/** The folder of the package as it ships. */
export const packaged: string = join(output, 'node_modules/tollgate')

/**
 * Builds the package as `npm run build` does, into the folder where a consumer's project has it.
 */
export async function buildPackage(): Promise<void> {
  await rm(output, { recursive: true, force: true })
  await mkdir(packaged, { recursive: true })
  const tsc = join(root, 'node_modules/typescript/bin/tsc')
  const compile = [tsc, '-p', 'tsconfig.build.json', '--outDir', join(packaged, 'dist')]
  await promisify(execFile)(process.execPath, compile, { cwd: root })
  await cp(join(root, 'package.json'), join(packaged, 'package.json'))
  for (const name of ['jose', 'lru-cache', 'hono']) {
    await symlink(join(root, 'node_modules', name), join(output, 'node_modules', name))
  }
}

export type Target = 'process' | 'workerd'

/**
 * Bundles test files into one module that runs them. The test files are unmodified, but they import
 * the package as it ships instead of its source.
 */
export async function bundleTests(
  outfile: string,
  files: readonly string[],
  { target, adapters }: { readonly target: Target; readonly adapters: 'portable' | 'framework' },
): Promise<void> {
  await build({
    ...settings(target),
    entryPoints: [join(here, 'inside', `${target}.ts`)],
    outfile,
    plugins: [testFiles(files), asShipped, placed, requiredBuiltins, adaptersOf(adapters)],
  })
}

/** Bundles a file that uses the package as it ships into one module for a Worker. */
export async function bundleWorker(outfile: string, entry: string): Promise<void> {
  await build({
    ...settings('workerd'),
    external: [],
    entryPoints: [entry],
    outfile,
    plugins: [asShipped],
  })
}

/** The frameworks stay outside of the bundle, so that they are loaded as in a server. */
export const frameworks: readonly string[] = [
  '@fastify/*',
  '@hono/node-server',
  '@koa/*',
  '@nestjs/*',
  'express',
  'express4',
  'fastify',
  'koa',
  'koa2',
  'light-my-request',
  'reflect-metadata',
  'rxjs',
  'serverless-http',
  'supertest',
]

function settings(target: Target): BuildOptions {
  return {
    absWorkingDir: root,
    bundle: true,
    format: 'esm',
    target: 'es2023',
    sourcemap: 'inline',
    sourcesContent: false,
    logLevel: 'silent',
    ...(target === 'workerd'
      ? {
          platform: 'neutral',
          mainFields: ['browser', 'module', 'main'],
          conditions: ['workerd', 'worker', 'browser'],
          external: ['node:*', ...frameworks],
          // A Worker has no environment of the process that built it.
          define: { 'process.env.RUNS_TIMES': JSON.stringify(process.env['RUNS_TIMES'] ?? '1') },
        }
      : { platform: 'node', external: [...frameworks] }),
  }
}

function testFiles(files: readonly string[]): Plugin {
  const entries = files.map((file) => `'${file}': () => import('./${file}'),`)
  return {
    name: 'test files',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^test-files$/ }, ({ path }) => ({ path, namespace: 'tests' }))
      onLoad({ filter: /./, namespace: 'tests' }, () => ({
        contents: `export const files = {\n${entries.join('\n')}\n}`,
        resolveDir: root,
      }))
    },
  }
}

const asShipped: Plugin = {
  name: 'the package as it ships',
  setup({ onResolve }) {
    onResolve({ filter: /^vitest$/ }, () => ({ path: join(here, 'inside/vitest.ts') }))
    onResolve({ filter: /^tollgate(\/|$)/ }, ({ path }) => {
      const adapter = path.slice('tollgate/'.length) || 'index'
      return { path: join(packaged, 'dist', `${adapter}.js`) }
    })
    // A test of a module that no entry exports imports it by its path.
    onResolve({ filter: /^\.\.?\/.*\.ts$/ }, ({ path, importer }) => {
      const inSource = relative(join(root, 'src'), resolve(dirname(importer), path))
      if (inSource.startsWith('..')) return undefined
      return { path: join(packaged, 'dist', inSource.replace(/\.ts$/, '.js')) }
    })
  },
}

/**
 * Test files find their fixtures by `import.meta.url`, which in a bundle would be that of the
 * bundle.
 */
const placed: Plugin = {
  name: 'where a test file is',
  setup({ onLoad }) {
    onLoad({ filter: /\/test\/.*\.ts$/ }, async ({ path }) => ({
      contents: (await readFile(path, 'utf8')).replaceAll(
        'import.meta.url',
        JSON.stringify(pathToFileURL(path).href),
      ),
      loader: 'ts',
    }))
  },
}

/**
 * The fake timers `require` modules that are built into the runtime, which an ES module cannot do.
 */
const requiredBuiltins: Plugin = {
  name: 'required built-ins',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^[a-z_]+(\/[a-z]+)?$/ }, ({ path, kind }) => {
      const asked = kind === 'require-call' && builtinModules.includes(path)
      return asked ? { path, namespace: 'built-in' } : undefined
    })
    onLoad({ filter: /./, namespace: 'built-in' }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule('node:${path}')`,
    }))
  },
}

/** Tests that repeat themselves for every adapter get the adapters of one kind. */
export function adaptersOf(kind: 'portable' | 'framework'): Plugin {
  const path = join(here, `inside/${kind}-adapters.ts`)
  return {
    name: 'adapters',
    setup({ onResolve }) {
      onResolve({ filter: /\/all\.ts$/ }, ({ importer }) =>
        importer === path ? undefined : { path },
      )
    },
  }
}
