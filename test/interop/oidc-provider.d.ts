/** What is used of oidc-provider, which ships no types. */
declare module 'oidc-provider' {
  import type { RequestListener } from 'node:http'
  import type { JWK } from 'jose'

  interface Configuration {
    readonly adapter?: new () => object
    readonly claims?: object
    readonly clientDefaults?: object
    readonly clients: readonly object[]
    readonly features: object
    readonly jwks: { readonly keys: readonly JWK[] }
    readonly cookies?: object
    readonly findAccount?: (context: unknown, id: string) => object
    readonly responseTypes?: readonly string[]
    readonly scopes: readonly string[]
    readonly ttl?: object
  }

  class Provider {
    constructor(issuer: string, configuration: Configuration)
    callback(): RequestListener
  }

  export { Provider }
}
