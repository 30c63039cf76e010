import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = new URL('../../../', import.meta.url)
const installed = new URL('../node_modules/tollgate/', import.meta.url)

/**
 * Builds the package like a release and puts it beside the other libraries, where programs import
 * it by its name. It does not touch the repository's own `dist`, which somebody else may be using.
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
