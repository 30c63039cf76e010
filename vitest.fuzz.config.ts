import { defineConfig, mergeConfig } from 'vitest/config'
import base from './vitest.config.ts'

const properties = [
  'test/attacks/any-token.test.ts',
  'test/core/hints/any-token.test.ts',
  'test/core/issuer-url.test.ts',
  'test/core/issuers/unverified-iss.test.ts',
  'test/core/keys/model.test.ts',
  'test/core/keys/spellings.test.ts',
  'test/core/token-cache.test.ts',
  'test/http/any-bytes.test.ts',
]
/**
 * How many properties share the time. Each file runs its properties one after another, and the
 * longest file has about this many: one for each adapter and each way to call it.
 */
const shares = 28
const seconds = Number(process.env['FUZZ_SECONDS'] ?? 60)

const config = mergeConfig(base, defineConfig({}))
config.test = {
  ...config.test,
  projects: undefined,
  include: properties,
  // The name of every property test says `for any`, and no other name does.
  testNamePattern: /\bfor any\b/,
  env: { ...process.env, FUZZ_SECONDS: String(seconds / shares) },
  maxWorkers: 2,
  testTimeout: 600_000,
}

export default config
