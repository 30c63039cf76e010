import { defineConfig, mergeConfig } from 'vitest/config'
import base from './vitest.config.ts'

const config = mergeConfig(base, defineConfig({}))
config.test = {
  ...config.test,
  projects: undefined,
  include: ['test/interop/**/*.test.ts'],
  exclude: [],
  testTimeout: 60_000,
}

export default config
