import { defineConfig, mergeConfig } from 'vitest/config'
import base from './vitest.config.ts'

const properties = [
  'test/attacks/any-token.test.ts',
  'test/core/keys/model.test.ts',
  'test/core/token-cache.test.ts',
  'test/http/any-bytes.test.ts',
]
/** How many properties share the time: those of the longest file, one for each way in. */
const shares = 28
const seconds = Number(process.env['FUZZ_SECONDS'] ?? 60)

const config = mergeConfig(base, defineConfig({}))
config.test = {
  ...config.test,
  include: properties,
  testNamePattern: /any|never differ|one byte/,
  env: { ...process.env, FUZZ_SECONDS: String(seconds / shares) },
  maxWorkers: 2,
  testTimeout: 600_000,
}

export default config
