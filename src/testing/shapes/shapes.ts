import type * as presets from '../../issuers.ts'
import { adfsShape } from './adfs.ts'
import { auth0Shape } from './auth0.ts'
import { authentikShape } from './authentik.ts'
import { authgearShape } from './authgear.ts'
import { casdoorShape } from './casdoor.ts'
import { clerkShape } from './clerk.ts'
import { cloudRunShape } from './cloud-run.ts'
import { cloudflareAccessShape } from './cloudflare-access.ts'
import { cognitoShape } from './cognito.ts'
import { descopeShape } from './descope.ts'
import { duendeShape } from './duende.ts'
import { entraShape } from './entra.ts'
import { entraB2cShape } from './entra-b2c.ts'
import { firebaseShape } from './firebase.ts'
import { fusionauthShape } from './fusionauth.ts'
import { githubActionsShape } from './github-actions.ts'
import { gitlabShape } from './gitlab.ts'
import { googleIapShape } from './google-iap.ts'
import { keycloakShape } from './keycloak.ts'
import { kubernetesShape } from './kubernetes.ts'
import { logtoShape } from './logto.ts'
import { oktaShape } from './okta.ts'
import { oracleShape } from './oracle.ts'
import { oryShape } from './ory.ts'
import { pingShape } from './ping.ts'
import { pomeriumShape } from './pomerium.ts'
import { salesforceShape } from './salesforce.ts'
import type { Shape } from './shape.ts'
import { spiffeShape } from './spiffe.ts'
import { stytchShape } from './stytch.ts'
import { supabaseShape } from './supabase.ts'
import { transactionTokensShape } from './transaction-tokens.ts'
import { workosShape } from './workos.ts'
import { wso2Shape } from './wso2.ts'
import { xsuaaShape } from './xsuaa.ts'
import { zitadelShape } from './zitadel.ts'

/** The issuers that `createTestIssuer` can imitate: the names of the presets of `tollgate/issuers`. */
export type IssuerShape = Exclude<keyof typeof presets, 'authgearUser' | 'fetchWithHost'>

export const shapes: Readonly<Record<IssuerShape, Shape>> = {
  adfs: adfsShape,
  auth0: auth0Shape,
  authentik: authentikShape,
  authgear: authgearShape,
  casdoor: casdoorShape,
  clerk: clerkShape,
  cloudRun: cloudRunShape,
  cloudflareAccess: cloudflareAccessShape,
  cognito: cognitoShape,
  descope: descopeShape,
  duende: duendeShape,
  entra: entraShape,
  entraB2c: entraB2cShape,
  firebase: firebaseShape,
  fusionauth: fusionauthShape,
  githubActions: githubActionsShape,
  gitlab: gitlabShape,
  googleIap: googleIapShape,
  keycloak: keycloakShape,
  kubernetes: kubernetesShape,
  logto: logtoShape,
  okta: oktaShape,
  oracle: oracleShape,
  ory: oryShape,
  ping: pingShape,
  pomerium: pomeriumShape,
  salesforce: salesforceShape,
  spiffe: spiffeShape,
  stytch: stytchShape,
  supabase: supabaseShape,
  transactionTokens: transactionTokensShape,
  workos: workosShape,
  wso2: wso2Shape,
  xsuaa: xsuaaShape,
  zitadel: zitadelShape,
}
