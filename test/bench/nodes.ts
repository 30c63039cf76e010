import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** A version of Node that the programs are measured on. */
export interface Node {
  readonly name: string
  readonly version: string
  readonly execPath: string
}

/** They are installed in this folder, whatever runs the command. */
export function findNodes(): readonly Node[] {
  return [24, 20].map((major) => {
    const file = `node_modules/node${major}/bin/node`
    const execPath = fileURLToPath(new URL(file, import.meta.url))
    const version = execFileSync(execPath, ['--version'], { encoding: 'utf8' }).trim().slice(1)
    return { name: `Node ${major}`, version, execPath }
  })
}
