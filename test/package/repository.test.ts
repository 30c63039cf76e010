import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { first, long } from '../order.ts'
import { manifest, read, root } from './project.ts'

test('the newest version in the changelog is the version of the package', async () => {
  const [newest] = Array.from(
    (await read(root, 'CHANGELOG.md')).matchAll(/^## \[(\d[^\]]*)\]/gm),
    ([, version]) => version,
  )
  expect(newest).toBe((await manifest()).version)
})

test('the lock file holds every package of every platform, as npm ci requires', async () => {
  const { packages } = JSON.parse(await read(root, 'package-lock.json')) as {
    packages: Record<string, Record<'dependencies' | 'optionalDependencies', object>>
  }
  const held = new Set(Object.keys(packages).map((path) => path.replace(/^.*node_modules\//, '')))
  const named = Object.values(packages).flatMap(({ dependencies, optionalDependencies }) =>
    Object.keys({ ...dependencies, ...optionalDependencies }),
  )
  expect(named.length).toBeGreaterThan(0)
  expect(named.filter((name) => !held.has(name))).toEqual([])
})

test('the lock file names no registry', async () => {
  const text = await read(root, 'package-lock.json')
  expect(text).not.toContain('"resolved"')
  const lock = JSON.parse(text, (key, value) => (key === 'funding' ? undefined : value))
  expect(JSON.stringify(lock)).not.toContain('://')
  expect(lock.version).toBe((await manifest()).version)
  expect(await read(root, '.npmrc')).not.toMatch(/registry\s*=\s*\w+:/)
})

test('the test files that run first are there', () => {
  const files = [...first, ...long]
  expect(files.filter((path) => !existsSync(join(root, path)))).toEqual([])
})
