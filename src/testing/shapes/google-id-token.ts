import type { OtherToken } from './shape.ts'

/** The ID token of a person who has signed in with Google at a client, such as a proxy or an app. */
export const googleIdToken: OtherToken = {
  typ: 'JWT',
  claims: ({ atHash }) => ({
    iss: 'https://accounts.google.com',
    sub: '118133858486581853996',
    aud: '123456789-abc.apps.googleusercontent.com',
    azp: '123456789-abc.apps.googleusercontent.com',
    email: 'ada@example.com',
    email_verified: true,
    at_hash: atHash,
  }),
}
