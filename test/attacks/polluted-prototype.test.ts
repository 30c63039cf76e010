import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, it } from 'vitest'

/**
 * Names that cannot be put on Object.prototype without breaking more than the library, and why.
 * Every other name that the library reads is tried.
 */
const untried: Readonly<Record<string, string>> = {
  // biome-ignore lint/suspicious/noThenProperty: the name is what this is about
  then: 'the language calls it on every object that a promise is resolved with, so that no await ends',
}

const root = fileURLToPath(new URL('../..', import.meta.url))

interface Report {
  /** The names that were put on Object.prototype. */
  readonly names: readonly string[]
  /** Those that anything reads from there while the trials run: Node, jose, lru-cache. */
  readonly read: readonly string[]
  /** Those that code of the library itself reads from there, each with the place that does so. */
  readonly readBySource: readonly string[]
  /** The trials that end differently where every name is present, with undefined as its value. */
  readonly changed: readonly string[]
  /** How many trials are refused while nothing is polluted. */
  readonly refused: number
  /** What was admitted or accepted only because of a polluted name, or did not work afterwards. */
  readonly found: readonly string[]
}

function runProgram(): Promise<Report> {
  const program = `${root}test/attacks/polluted-prototype/program.ts`
  // V8 optimizes no code: each change of Object.prototype makes it throw away what it has optimized.
  const flags = ['--no-opt', '--import', 'tsx', '--conditions=@tollgate/source']
  const args = [...flags, program, ...Object.keys(untried)]
  const options = { cwd: root, maxBuffer: 2 ** 30 }
  return new Promise((resolve, reject) => {
    execFile(process.execPath, args, options, (error, stdout) =>
      error ? reject(error) : resolve(JSON.parse(stdout)),
    )
  })
}

describe('T18: a polluted Object.prototype', () => {
  let report: Report
  beforeAll(async () => {
    report = await runProgram()
  }, 600_000)

  it('T18: every name that the library reads is tried, but for the few that break the language', () => {
    const { names, read, refused } = report
    const expected = ['jwks', 'scope', 'aud', 'typ', 'exp', 'optional', 'authorization', 'verify']
    expect(names).toEqual(expect.arrayContaining([...expected, '~standard', 'jwks_uri', 'why']))
    expect(names).toEqual(expect.arrayContaining(['get', 'set', 'value', 'length']))
    expect(names.length).toBeGreaterThan(400)
    for (const name of Object.keys(untried)) expect(names).not.toContain(name)
    // Node reads members of the JWKs that it imports. So it is seen who reads a polluted name.
    expect(read).toEqual(expect.arrayContaining(['key_ops', 'use']))
    expect(refused).toBeGreaterThan(100)
  })

  it('T18: no code of the library reads from Object.prototype what an object lacks, or asks whether it stands there', () => {
    expect(report.readBySource).toEqual([])
    expect(report.changed).toEqual([])
  })

  it('T18: no value under any name on Object.prototype admits a request or an option that is refused without that, and good tokens pass afterwards', () => {
    expect(report.found).toEqual([])
  })
})
