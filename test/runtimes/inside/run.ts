import type { File, Task, VitestRunner } from '@vitest/runner'
import { startTests } from '@vitest/runner'

/** Test files by their path. Each is loaded when it is run. */
export type TestFiles = Readonly<Record<string, () => Promise<unknown>>>

export interface Outcome {
  readonly file: string
  /** The name of the test; empty for an error outside of every test. */
  readonly test: string
  readonly error: string | undefined
}

/**
 * Runs test files, one after the other. Every test gives an outcome, and so does a file that cannot
 * be loaded.
 */
export async function run(files: TestFiles): Promise<readonly Outcome[]> {
  const runner: VitestRunner = {
    config: {
      root: '/',
      setupFiles: [],
      name: undefined,
      passWithNoTests: false,
      testNamePattern: undefined,
      allowOnly: false,
      sequence: { seed: 1, hooks: 'stack', setupFiles: 'list' },
      chaiConfig: undefined,
      maxConcurrency: 5,
      testTimeout: 30_000,
      hookTimeout: 30_000,
      retry: 0,
      includeTaskLocation: false,
      tags: [],
      tagsFilter: undefined,
      strictTags: false,
    },
    importFile: (path) => files[path.slice(1)]?.(),
  }
  const done = await startTests(
    Object.keys(files).map((path) => `/${path}`),
    runner,
  )
  return done.flatMap((file) => outcomesOf(file, file, []))
}

function outcomesOf(file: File, task: Task, above: readonly string[]): readonly Outcome[] {
  const path = file.filepath.slice(1)
  const names = task === file ? [] : [...above, task.name]
  const errors = task.result?.errors?.map(({ stack, message }) => stack || message) ?? []
  const outcome = { file: path, test: names.join(' > ') }
  if (task.type === 'test') {
    const { state = 'not run' } = task.result ?? {}
    const error = state === 'pass' ? undefined : [state, ...errors].join('\n')
    return [{ ...outcome, error }]
  }
  const own = errors.map((error) => ({ ...outcome, test: '', error }))
  return [...own, ...task.tasks.flatMap((child) => outcomesOf(file, child, names))]
}
