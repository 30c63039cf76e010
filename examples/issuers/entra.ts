import type { AuthOptions, Requirements } from 'tollgate/express'
import { entra } from 'tollgate/issuers'

/** One tenant. The audience is the client id of the API's app registration. */
export const behindEntra = {
  issuer: entra({ tenant: '72f988bf-86f1-41af-91ab-2d7cd011db47' }),
  audience: '6e74172b-be56-4843-9ff4-e66a39bb12e3',
} satisfies AuthOptions

/** An API whose tokens are of version 1, which name it by its Application ID URI or by its id. */
export const behindEntraV1 = {
  issuer: entra({ tenant: '72f988bf-86f1-41af-91ab-2d7cd011db47', version: 'v1' }),
  audience: ['api://orders', '6e74172b-be56-4843-9ff4-e66a39bb12e3'],
} satisfies AuthOptions

/** The tenants of your customers. */
export const behindEntraTenants = {
  issuer: [
    ...entra({
      tenants: ['72f988bf-86f1-41af-91ab-2d7cd011db47', '8eaef023-2b34-4da1-9baa-8bc8c9d6a490'],
    }),
  ],
  audience: '6e74172b-be56-4843-9ff4-e66a39bb12e3',
} satisfies AuthOptions

/** Every tenant in the world, and personal accounts. */
export const behindAnyTenant = {
  issuer: entra({ tenants: 'any' }),
  audience: '6e74172b-be56-4843-9ff4-e66a39bb12e3',
} satisfies AuthOptions

const customers = new Set<unknown>(['72f988bf-86f1-41af-91ab-2d7cd011db47'])
/** The requirement of every route behind `behindAnyTenant`. */
export const ofCustomers: Requirements = { check: ({ claims }) => customers.has(claims['tid']) }
