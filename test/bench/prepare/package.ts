import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = new URL('../../../', import.meta.url)
const installed = new URL('../node_modules/tollgate/', import.meta.url)

/**
 * The package as its users get it, beside the peers: built like a release, and found by its name. Not through the
 * repository's own `dist`, which others may be using.
 */
export function installTollgate(): void {
  rmSync(installed, { recursive: true, force: true })
  mkdirSync(installed, { recursive: true })
  cpSync(new URL('package.json', root), new URL('package.json', installed))
  const compiler = fileURLToPath(new URL('node_modules/typescript/bin/tsc', root))
  const outDir = fileURLToPath(new URL('dist', installed))
  const options = ['-p', 'tsconfig.build.json', '--outDir', outDir]
  const { status } = spawnSync(process.execPath, [compiler, ...options], {
    cwd: fileURLToPath(root),
    stdio: 'inherit',
  })
  if (status !== 0) throw new Error('The package could not be built')
}
