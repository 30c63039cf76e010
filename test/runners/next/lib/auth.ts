import { createAuth } from 'tollgate/fetch'

/** Once for the whole app. */
export const { guard, getAuth, requireAuth } = createAuth({
  issuer: process.env['ISSUER'] ?? 'https://login.example.com',
  audience: 'https://api.example.com',
  allowInsecureLoopback: true,
})
