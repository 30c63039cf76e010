import { createAuth } from 'tollgate/fetch'

/** In `lib/auth.ts`: once for the whole app. */
export const { guard, getAuth, requireAuth } = createAuth({
  issuer: 'https://login.example.com',
  audience: 'https://api.example.com',
})
