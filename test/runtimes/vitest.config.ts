import { defineConfig } from 'vitest/config'

export default defineConfig({
  // tollgate is not installed in this folder, which is a package of its own. So its name is mapped.
  resolve: {
    alias: {
      'tollgate/testing': `${import.meta.dirname}/../../src/testing.ts`,
      tollgate: `${import.meta.dirname}/../../src/index.ts`,
    },
  },
  test: {
    include: ['test/runtimes/**/*.test.ts'],
    exclude: ['**/node_modules/**'],
    root: `${import.meta.dirname}/../..`,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})
