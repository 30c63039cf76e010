import { defineConfig, mergeConfig } from 'vitest/config'
import base from './vitest.config.ts'

const config = mergeConfig(base, defineConfig({}))
config.test = {
  ...config.test,
  projects: undefined,
  include: ['test/browser/**/*.test.ts'],
  exclude: [],
  globalSetup: 'test/browser/build-once.ts',
  testTimeout: 60_000,
  // A browser takes much memory, and one is enough for one file after another.
  maxWorkers: 1,
}

export default config
