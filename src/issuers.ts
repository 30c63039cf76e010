/**
 * The entry of presets: what the access tokens of an issuer look like, as options for `issuer`. Each
 * line is a public promise.
 */

export type { Auth0Options } from './issuers/auth0.ts'
export { auth0 } from './issuers/auth0.ts'
export type { AuthgearOptions } from './issuers/authgear.ts'
export { authgear } from './issuers/authgear.ts'
export type { AuthgearClaims, AuthgearUser } from './issuers/authgear-user.ts'
export { authgearUser } from './issuers/authgear-user.ts'
export type { CloudRunOptions } from './issuers/cloud-run.ts'
export { cloudRun } from './issuers/cloud-run.ts'
export type { CognitoOptions } from './issuers/cognito.ts'
export { cognito } from './issuers/cognito.ts'
export { fetchWithHost } from './issuers/fetch-with-host.ts'
export type { FirebaseOptions } from './issuers/firebase.ts'
export { firebase } from './issuers/firebase.ts'
export type { GoogleIapOptions } from './issuers/google-iap.ts'
export { googleIap } from './issuers/google-iap.ts'
export type { KeycloakOptions } from './issuers/keycloak.ts'
export { keycloak } from './issuers/keycloak.ts'
export type { OktaOptions } from './issuers/okta.ts'
export { okta } from './issuers/okta.ts'
