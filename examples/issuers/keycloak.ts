import type { AuthOptions } from 'tollgate/express'
import { keycloak } from 'tollgate/issuers'

/** Tokens that an audience mapper has named this API in. Roles are those of the realm. */
export const behindKeycloak = {
  issuer: keycloak({
    url: 'https://id.acme.com',
    realm: 'shop',
    audience: 'https://api.acme.com',
  }),
} satisfies AuthOptions

/** A client of Keycloak stands for this API. Roles are those of this client. */
export const behindKeycloakClient = {
  issuer: keycloak({ url: 'https://id.acme.com', realm: 'shop', client: 'orders' }),
} satisfies AuthOptions

/** Tokens name `localhost`, where the browser is; keys come from the container. */
export const behindKeycloakInCompose = {
  issuer: {
    ...keycloak({ url: 'http://localhost:8080', realm: 'shop', client: 'orders' }),
    jwksUri: 'http://keycloak:8080/realms/shop/protocol/openid-connect/certs',
  },
  allowInsecureHosts: ['keycloak'],
} satisfies AuthOptions
