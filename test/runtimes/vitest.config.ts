import { defineConfig } from 'vitest/config'

export default defineConfig({
  // This folder is a package of its own, which has not installed tollgate.
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
