import type { AuthOptions } from 'tollgate/express'
import { ping } from 'tollgate/issuers'

/** PingOne. The audience is that of the resource. */
export const behindPingOne = {
  issuer: ping({ issuer: 'https://auth.pingone.eu/4631af52-7ec7-48cf-848f-48cf8ca8e1ab/as' }),
  audience: 'https://api.acme.com',
} satisfies AuthOptions

/** PingAM (ForgeRock), which names the client as audience. */
export const behindPingAm = {
  issuer: ping({ issuer: 'https://am.acme.com/am/oauth2/realms/root/realms/alpha' }),
  audience: 'web',
} satisfies AuthOptions
