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
    registerGrantType(
      name: string,
      handler: (context: GrantTypeContext) => Promise<void>,
      parameters: readonly string[],
    ): void
    readonly Client: { find(id: string): Promise<object | undefined> }
    readonly Grant: new (
      of: object,
    ) => Grant
    readonly AccessToken: {
      new (of: object): AccessToken
      find(token: string): Promise<AccessToken | undefined>
    }
    readonly ResourceServer: new (
      identifier: string,
      info: object,
    ) => object
  }

  interface GrantTypeContext {
    readonly oidc: {
      readonly client: object
      readonly params: Readonly<Record<string, string | undefined>>
    }
    body: object
  }

  interface Grant {
    addResourceScope(resource: string, scope: string): void
    save(): Promise<string>
  }

  interface AccessToken {
    readonly accountId: string
    readonly grantId: string
    readonly aud: string
    readonly isValid: boolean
    readonly expiration: number
    resourceServer: object
    save(): Promise<string>
  }

  type Refusal = new (description?: string) => Error
  const errors: Readonly<Record<'InvalidGrant' | 'InvalidRequest' | 'InvalidTarget', Refusal>>

  export { errors, type GrantTypeContext, Provider }
}
