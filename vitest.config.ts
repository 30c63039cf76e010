import { defineConfig } from 'vitest/config'

// Tests and examples import `tollgate` by its own name; this condition maps it to src/.
const conditions = ['@tollgate/source']

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ['test/**/*.test.ts', 'examples/**/*.test.ts'],
    exclude: ['test/interop/**', 'test/bench/**'],
    testTimeout: 30_000,
  },
})
