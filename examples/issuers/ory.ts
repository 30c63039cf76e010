import type { AuthOptions } from 'tollgate/express'
import { ory } from 'tollgate/issuers'

/** A project of Ory Network. The audience is what clients ask for. */
export const behindOry = {
  issuer: ory({ url: 'https://acme.projects.oryapis.com' }),
  audience: 'https://api.acme.com',
} satisfies AuthOptions

/** An Ory Hydra of your own. The slash at the end is in its tokens, too. */
export const behindHydra = {
  issuer: ory({ url: 'https://hydra.acme.com/' }),
  audience: 'https://api.acme.com',
} satisfies AuthOptions
