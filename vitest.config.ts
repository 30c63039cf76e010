import { defineConfig } from 'vitest/config'

// Tests and examples import `tollgate` by its own name; this condition maps it to src/.
const conditions = ['@tollgate/source']

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ['test/**/*.test.ts', 'examples/**/*.test.ts'],
    exclude: ['test/interop/**', 'test/bench/**', 'test/runtimes/**'],
    testTimeout: 30_000,
    // Vitest leaves a core idle; where there are two, that is half of them.
    maxWorkers: '100%',
  },
})
