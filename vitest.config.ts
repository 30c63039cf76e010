import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'
import { LongestFirst } from './test/order.ts'

// Tests and examples import `tollgate` by its own name; this condition maps it to src/.
const conditions = ['@tollgate/source']

/**
 * Files that each run in a process of their own. All others share one for each worker, so that modules
 * are loaded once.
 */
const alone = [
  // These load modules of src a second time, or put others in their place.
  'test/adapters/copies.test.ts',
  'test/adapters/schemes.test.ts',
  // These measure memory.
  'test/composition/nest-memory.test.ts',
  'test/core/issuers/capacity.test.ts',
  'test/core/issuers/resolved.test.ts',
  'test/core/remote/http.test.ts',
]
/** These test what is packed, which is made once for all of them. */
const packed = ['consumers', 'entries', 'reach', 'readme', 'tarball', 'vitest'].map(
  (name) => `test/package/${name}.test.ts`,
)
/** The files that `npm test` runs. */
export const include = ['test/**/*.test.ts', 'examples/**/*.test.ts']
export const exclude = [
  'test/browser/**',
  'test/interop/**',
  'test/bench/**',
  'test/runners/**',
  'test/runtimes/**',
  'test/package/older-compilers.test.ts',
]

export default defineConfig({
  resolve: {
    conditions,
    // Otherwise tests load a second copy of it, whose errors the servers of GraphQL do not know.
    alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }],
  },
  ssr: { resolve: { conditions } },
  test: {
    testTimeout: 30_000,
    // One more than there are cores, because some tests wait for timers.
    maxWorkers: availableParallelism() + 1,
    sequence: { sequencer: LongestFirst },
    projects: [
      { extends: true, test: { name: 'alone', include: alone } },
      {
        extends: true,
        test: {
          name: 'packed',
          include: packed,
          isolate: false,
          globalSetup: 'test/package/pack-once.ts',
        },
      },
      {
        extends: true,
        test: {
          name: 'shared',
          include,
          exclude: [...exclude, ...alone, ...packed],
          isolate: false,
        },
      },
    ],
  },
})
