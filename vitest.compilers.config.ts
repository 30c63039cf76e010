import { defineConfig, mergeConfig } from 'vitest/config'
import base from './vitest.config.ts'

const config = mergeConfig(base, defineConfig({}))
config.test = {
  ...config.test,
  projects: undefined,
  include: ['test/package/older-compilers.test.ts'],
  globalSetup: 'test/package/pack-once.ts',
}

export default config
