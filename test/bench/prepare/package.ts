import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Names by which programs import this checkout, and another one that is measured beside it. */
export type PackageName = 'tollgate' | 'tollgate-beside'

const root = fileURLToPath(new URL('../../../', import.meta.url))

/**
 * Builds a checkout like a release and puts it beside the other libraries, where programs import it
 * by its name. It does not touch the `dist` of the checkout, which somebody else may be using.
 */
export function installTollgate(name: PackageName, checkout = root): void {
  const installed = fileURLToPath(new URL(`../node_modules/${name}/`, import.meta.url))
  rmSync(installed, { recursive: true, force: true })
  mkdirSync(installed, { recursive: true })
  cpSync(join(checkout, 'package.json'), join(installed, 'package.json'))
  const compiler = join(root, 'node_modules/typescript/bin/tsc')
  const options = ['-p', 'tsconfig.build.json', '--outDir', join(installed, 'dist')]
  const { status } = spawnSync(process.execPath, [compiler, ...options], {
    cwd: checkout,
    stdio: 'inherit',
  })
  if (status !== 0) throw new Error(`The package in ${checkout} could not be built`)
}
