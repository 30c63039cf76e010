/** The main entry: a verifier without a framework, and what users of every entry meet. */

export * from './core/exports.ts'
export { createVerifier } from './core/verifier.ts'
