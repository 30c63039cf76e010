import type { AuthOptions } from 'tollgate/express'
import { oracle } from 'tollgate/issuers'

/** The audience is the primary audience of the resource application. */
export const behindOracle = {
  issuer: oracle({
    domain: 'idcs-7e70daa81c094dcc98776e4ee48be3d1.identity.oraclecloud.com',
  }),
  audience: 'https://api.acme.com/',
} satisfies AuthOptions
