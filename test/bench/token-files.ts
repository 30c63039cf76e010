import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/**
 * Writes a file for each kind of tokens, with a token in each line, and removes the files when the
 * work is done.
 */
export async function withTokenFiles<K extends string, T>(
  stock: Readonly<Record<K, readonly string[]>>,
  work: (files: Readonly<Record<K, string>>) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-bench-'))
  try {
    const files: Partial<Record<K, string>> = {}
    for (const kind of Object.keys(stock) as K[]) {
      const file = join(folder, kind)
      writeFileSync(file, `${stock[kind].join('\n')}\n`)
      files[kind] = file
    }
    return await work(files as Record<K, string>)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
