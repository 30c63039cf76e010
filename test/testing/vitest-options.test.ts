import { expect, it, test } from 'tollgate/vitest'

test.override({ issuerOptions: { audience: 'https://orders.test', alg: 'EdDSA' } })

it('test.override gives the issuer of a file its options', ({ issuer }) => {
  expect(issuer.mint()).toBeJwt({
    header: { alg: 'EdDSA' },
    claims: { aud: 'https://orders.test' },
  })
})
