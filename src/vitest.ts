/**
 * The test kit for Vitest (4.1 or later, or 5): matchers, which are added to its `expect` when this entry is imported, and fixtures. Vitest is
 * an optional peer: only this entry needs it.
 */
import type { TestAPI } from 'vitest'
import { test as base, expect } from 'vitest'
import type { TestIssuer, TestIssuerOptions, TokenMatchers } from './testing.ts'
import { createTestIssuer, matchers } from './testing.ts'

export type { TokenMatchers }

declare module 'vitest' {
  // biome-ignore lint/suspicious/noExplicitAny: the declaration must repeat that of Vitest
  interface Matchers<T = any> extends TokenMatchers {}
}

/** What a test is given by its name in the first argument. */
export interface IssuerFixtures {
  /** A test issuer. The tests of a file share it, and it is reset before each of them. */
  issuer: TestIssuer
  /** The options of that issuer. Default: none. `test.override({ issuerOptions: { … } })` sets them. */
  issuerOptions: TestIssuerOptions
}

expect.extend(matchers)

/**
 * Vitest's `test` with fixtures:
 *
 *     test('lists orders', async ({ issuer }) => {
 *       const app = createApp(issuer.trust())
 *       expect(await request(app).get('/orders')).toBeUnauthorized({ error: null })
 *     })
 */
export const test: TestAPI<IssuerFixtures> = base.extend<
  IssuerFixtures & { resetIssuer: undefined }
>({
  issuerOptions: [{}, { scope: 'file' }],
  issuer: [
    async ({ issuerOptions }, use) => {
      await use(createTestIssuer(issuerOptions))
    },
    { scope: 'file' },
  ],
  resetIssuer: [
    async ({ issuer }, use) => {
      issuer.reset()
      await use(undefined)
    },
    { auto: true },
  ],
})

/** Another name of `test`. */
export const it: TestAPI<IssuerFixtures> = test

export { expect }
