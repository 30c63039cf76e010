import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'

const root = new URL('../../../', import.meta.url)
const requireFromRoot = createRequire(new URL('package.json', root))

/**
 * Imports tollgate by its name, as its users do. A plain import would not find it, because
 * test/bench is a package of its own.
 */
export function importTollgate<T>(entry: string): Promise<T> {
  return import(pathToFileURL(requireFromRoot.resolve(entry)).href)
}

export function versionOf(name: string): string {
  const folder = name === 'tollgate' ? root : new URL(`../node_modules/${name}/`, import.meta.url)
  return JSON.parse(readFileSync(new URL('package.json', folder), 'utf8')).version
}
