/**
 * The entry of presets: what the access tokens of an issuer look like, as options for `issuer`. One
 * line for each preset, which is a public promise.
 */

export type { OktaOptions } from './issuers/okta.ts'
export { okta } from './issuers/okta.ts'
