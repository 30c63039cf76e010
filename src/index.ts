/** The main entry: a verifier without a framework, and what users of every entry meet. */

export * from './core/exports.ts'
export { createVerifier } from './core/verifier.ts'
export type { AuthRequirements } from './http/requirements/assert.ts'
export { assertAuth } from './http/requirements/assert.ts'
