import type { RequestListener, Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair } from 'jose'
import type { GrantTypeContext } from 'oidc-provider'
import { errors, Provider } from 'oidc-provider'
import { close, listening } from './issuer.ts'

/** APIs whose tokens are opaque, and one whose tokens are JWTs. */
export const orders = 'https://api.orders.test'
export const billing = 'https://api.billing.test'
export const invoices = 'https://invoices.example.com'
const opaque = (scope: string) => ({ scope, accessTokenFormat: 'opaque' })
const known: Readonly<Record<string, object>> = {
  [orders]: opaque('orders:read orders:write'),
  [billing]: opaque('orders:read'),
  [invoices]: { scope: 'invoices:read', accessTokenFormat: 'jwt', jwt: { sign: { alg: 'RS256' } } },
}

/** This API as a client of the issuer, and one that the issuer lets exchange nothing. */
export const api = { id: 'orders-api', secret: 'a-secret-of-the-orders-api' }
export const stranger = { id: 'stranger', secret: 'a-secret-of-the-stranger' }

export interface ExchangeProvider {
  readonly url: string
  /** An access token that alice has let the client `shop` have. */
  tokenOfAlice(scope: string, resource?: string): Promise<string>
  /** Takes a token back, as its client (RFC 7009). */
  revoke(token: string): Promise<void>
  /** Has it know an API no longer. */
  forget(resource: string): Promise<void>
  /** How often an endpoint was asked. */
  count(path: string): number
  stop(): Promise<void>
}

const exchangeGrant = 'urn:ietf:params:oauth:grant-type:token-exchange'
const accessTokenType = 'urn:ietf:params:oauth:token-type:access_token'

/** An oidc-provider with opaque access tokens, introspection, and token exchange. */
export async function startExchangeProvider(): Promise<ExchangeProvider> {
  const paths: string[] = []
  const resources = new Map(Object.entries(known))
  let provide: RequestListener = () => {}
  const server: Server = await listening((request, response) => {
    paths.push(request.url ?? '')
    provide(request, response)
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const { privateKey } = await generateKeyPair('RS256', { extractable: true })
  const client = ({ id, secret }: typeof api, ...grants: readonly string[]): object => ({
    client_id: id,
    client_secret: secret,
    grant_types: grants,
    redirect_uris: [],
    response_types: [],
  })
  const shop = { id: 'shop', secret: 'a-secret-of-the-shop' }
  const provider = new Provider(url, {
    clients: [client(shop), client(api, exchangeGrant), client(stranger)],
    jwks: { keys: [{ ...(await exportJWK(privateKey)), kid: 'k1', alg: 'RS256', use: 'sig' }] },
    findAccount: (_context, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
    features: {
      devInteractions: { enabled: false },
      introspection: { enabled: true },
      revocation: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_context: unknown, resource: string) => resources.get(resource),
      },
    },
    scopes: [],
  })
  provider.registerGrantType(exchangeGrant, exchange, [
    'audience',
    'scope',
    'subject_token',
    'subject_token_type',
    'requested_token_type',
  ])
  provide = provider.callback()

  function resourceServer(resource: string): object {
    const info = resources.get(resource)
    if (info === undefined) throw new errors.InvalidTarget()
    return new provider.ResourceServer(resource, { ...info, audience: resource })
  }

  /**
   * RFC 8693, which oidc-provider leaves to those who run it: an access token of a user that was
   * for the API which asks becomes one for another API, of the same user, for that client.
   */
  async function exchange(context: GrantTypeContext): Promise<void> {
    const { client, params } = context.oidc
    const { audience = '', scope, subject_token = '', subject_token_type } = params
    if (subject_token_type !== accessTokenType)
      throw new errors.InvalidRequest('subject_token_type')
    const subject = await provider.AccessToken.find(subject_token)
    if (subject === undefined || !subject.isValid || subject.aud !== orders) {
      throw new errors.InvalidGrant('the subject token is not active')
    }
    const { accountId, grantId } = subject
    const of = { accountId, grantId, client, scope, gty: 'token_exchange' }
    const token = new provider.AccessToken(of)
    token.resourceServer = resourceServer(audience)
    context.body = {
      access_token: await token.save(),
      issued_token_type: accessTokenType,
      token_type: 'Bearer',
      expires_in: token.expiration,
      scope,
    }
  }

  return {
    url,
    async tokenOfAlice(scope, resource = orders) {
      const grant = new provider.Grant({ clientId: shop.id, accountId: 'alice' })
      grant.addResourceScope(resource, scope)
      const token = new provider.AccessToken({
        accountId: 'alice',
        client: await provider.Client.find(shop.id),
        grantId: await grant.save(),
        gty: 'authorization_code',
        scope,
      })
      token.resourceServer = resourceServer(resource)
      return token.save()
    },
    async revoke(token) {
      const answer = await fetch(`${url}/token/revocation`, {
        method: 'POST',
        headers: { authorization: `Basic ${btoa(`${shop.id}:${shop.secret}`)}` },
        body: new URLSearchParams({ token }),
      })
      if (answer.status !== 200) throw new Error(await answer.text())
    },
    async forget(resource) {
      resources.delete(resource)
    },
    count: (path) => paths.filter((one) => one === path).length,
    stop: () => close(server),
  }
}
