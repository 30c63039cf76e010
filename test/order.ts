import type { TestSpecification } from 'vitest/node'
import { BaseSequencer } from 'vitest/node'

/** It waits for the longest of all processes, and its worker needs no time meanwhile. */
export const first = ['test/attacks/polluted-prototype.test.ts']

/** The files that take longest among those that share a process, the longest first. */
export const long = [
  'test/examples.test.ts',
  'test/adapters.test.ts',
  'test/core/keys/promises.test.ts',
  'test/testing/shapes.test.ts',
  'test/adapters/hostile.test.ts',
  'test/core/keys/model.test.ts',
  'test/attacks/encoding.test.ts',
  'test/core/identity/userinfo-outage.test.ts',
  'test/adapters/two-guards.test.ts',
  'test/testing/hostile-survive.test.ts',
  'test/testing/hostile-flawed-guards.test.ts',
  'test/adapters/own-verifier.test.ts',
  'test/attacks/behaviour.test.ts',
  'test/cli/process.test.ts',
  'test/core/debug.test.ts',
]

/**
 * Runs long files before short ones, so that at the end no worker is alone with a long one. By
 * itself, Vitest knows how long a file takes only where it has run before.
 */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const root = `${this.ctx.config.root}/`
    const sorted = await super.sort(files)
    const paths = new Map(sorted.map((file) => [file, file.moduleId.replace(root, '')]))
    const at = (list: readonly string[]): TestSpecification[] =>
      list.flatMap((path) => sorted.filter((file) => paths.get(file) === path))
    const shared = sorted.findIndex(({ project }) => project.name === 'shared')
    const moved = new Set([...at(first), ...at(long)])
    const stay = (some: TestSpecification[]) => some.filter((file) => !moved.has(file))
    if (shared === -1) return sorted
    // Files of one project stay together, because a worker is of one project.
    return [
      ...at(first),
      ...stay(sorted.slice(0, shared)),
      ...at(long),
      ...stay(sorted.slice(shared)),
    ]
  }
}
