import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const bench = new URL('../', import.meta.url)

/** Installs the other libraries, and the Nodes to measure on, in the versions of the lock file, unless they are there already. */
export function installPeers(): void {
  if (missingPeers().length === 0) return
  console.error('Installing the other libraries in test/bench')
  const { status } = spawnSync('npm', ['ci'], { cwd: fileURLToPath(bench), stdio: 'inherit' })
  if (status !== 0)
    throw new Error('The other libraries could not be installed: try npm ci in test/bench')
}

function missingPeers(): readonly string[] {
  const { packages } = JSON.parse(readFileSync(new URL('package-lock.json', bench), 'utf8')) as {
    packages: Record<string, { version?: string; optional?: boolean }>
  }
  return Object.entries(packages)
    .filter(([folder, { optional }]) => folder !== '' && !optional)
    .filter(([folder, { version }]) => versionIn(folder) !== version)
    .map(([folder]) => folder)
}

function versionIn(folder: string): string | undefined {
  const file = new URL(`${folder}/package.json`, bench)
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).version : undefined
}

export const versionOf = (name: string): string => versionIn(`node_modules/${name}`) ?? 'missing'
