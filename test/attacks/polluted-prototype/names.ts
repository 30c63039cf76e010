import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const src = join(import.meta.dirname, '../../../src')

/** The code that a request runs through: core, http and the stores, and every adapter. */
function sources(): readonly string[] {
  const inside = ['core', 'http', 'revocation'].flatMap((folder) =>
    readdirSync(join(src, folder), { recursive: true, encoding: 'utf8' }).map((file) =>
      join(folder, file),
    ),
  )
  const ofTests = ['testing.ts', 'vitest.ts']
  const entries = readdirSync(src).filter((file) => !ofTests.includes(file))
  return [...entries, ...inside].filter((file) => file.endsWith('.ts'))
}

/** The text of a file without comments and imports. A comment stands on a line or behind code. */
function codeOf(file: string): string {
  return readFileSync(join(src, file), 'utf8')
    .replace(/\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/ [^\n]*/g, ' ')
    .replace(/^(?:import|export)\b[^;=]*?\bfrom '[^']+'$/gm, ' ')
}

/**
 * How code reads a member: behind a dot, by a text in quotation marks, or in a pattern such as
 * `{ name, other: { inner = 1 } }`. The patterns find more than that, for example the members of
 * literals. That costs time and misses nothing.
 */
const reads = [
  /\.\s*(?<name>[A-Za-z_$][\w$]*)/g,
  /'(?<name>[\w$~-]+)'/g,
  /(?<=[{,]\s*)(?<name>[A-Za-z_$][\w$]*)(?=\s*[,:}=])/g,
]

/** Every name that the code of the library may read of an object. */
export function namesRead(): readonly string[] {
  const code = sources().map(codeOf).join('\n')
  const names = reads.flatMap((pattern) =>
    Array.from(code.matchAll(pattern), ({ groups }) => groups?.['name'] as string),
  )
  return [...new Set(names)].sort()
}
