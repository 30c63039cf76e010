/** What is used of oidc-provider, which ships no types. */
declare module 'oidc-provider' {
  import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
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
    readonly [option: string]: unknown
  }

  class Provider {
    constructor(issuer: string, configuration: Configuration)
    callback(): RequestListener
    interactionFinished(req: IncomingMessage, res: ServerResponse, result: object): Promise<void>
  }

  export { Provider }
}
