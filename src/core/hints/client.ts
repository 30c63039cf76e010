import type { Client } from '../client/client-options.ts'
import { own } from '../own-members.ts'

/**
 * What to do where an issuer refuses this API as its client, which authenticates by a private key;
 * undefined where that is not what has happened.
 *
 * @param why What came, in the words of the fetch, which name the code of the refusal.
 */
export function privateKeyAdvice(why: string, client: Client | undefined): string | undefined {
  const audience = own(client?.proof, 'audience')
  if (audience === undefined || !why.includes('(invalid_client)')) return undefined
  const other = audience === 'issuer' ? 'endpoint' : 'issuer'
  return `register the public key of 'privateKey' at the issuer, or set 'assertionAudience' to '${other}': issuers differ in the audience that they demand of a client assertion`
}
