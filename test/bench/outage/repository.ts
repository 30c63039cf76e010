import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'

const root = new URL('../../../', import.meta.url)
const requireFromRoot = createRequire(new URL('package.json', root))

/** The package by its own name, as its users import it. Its name is out of reach from here: this is another package. */
export function importTollgate<T>(entry: string): Promise<T> {
  return import(pathToFileURL(requireFromRoot.resolve(entry)).href)
}

export function versionOf(name: string): string {
  const folder = name === 'tollgate' ? root : new URL(`../node_modules/${name}/`, import.meta.url)
  return JSON.parse(readFileSync(new URL('package.json', folder), 'utf8')).version
}
