import type { AuthOptions } from 'tollgate/express'
import { cognito } from 'tollgate/issuers'

/** Tokens of two app clients, for people and for machines. */
export const behindCognito = {
  issuer: cognito({
    region: 'eu-west-1',
    userPool: 'eu-west-1_Abc123',
    clients: ['57cbishk4j24pabc1234567890', '1example23456789'],
  }),
} satisfies AuthOptions

/** The same, with tokens that are bound to this API as a resource. */
export const behindCognitoWithResources = {
  issuer: cognito({
    region: 'eu-west-1',
    userPool: 'eu-west-1_Abc123',
    clients: ['57cbishk4j24pabc1234567890', '1example23456789'],
    audience: 'https://api.acme.com',
  }),
} satisfies AuthOptions
