/**
 * Starts a page that relies on an identity provider, and keeps running until Ctrl-C:
 *
 *     npx tsx --conditions=@tollgate/source examples/relying-party/start.ts
 *
 * Open the URL of the page. What the API refuses, and why, is printed here.
 */
import type { AuthEvent } from 'tollgate'
import { startRelyingParty } from './servers.ts'

const { issuer, api, web } = await startRelyingParty(print)
console.log(`page     ${web}`)
console.log(`API      ${api}`)
console.log(`issuer   ${issuer} (alice has the password lantern, bob bridge)`)
console.log('Ctrl-C stops it.\n')

function print(event: AuthEvent): void {
  if (event.type === 'token.refused' || event.type === 'request.refused') {
    console.log(`the API refused: ${event.reason}\n  ${event.hint}`)
  }
  if (event.type === 'notice.accepted') console.log('the issuer says that a session has ended')
}
