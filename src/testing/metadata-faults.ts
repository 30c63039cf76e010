import { answerJson, answerText, readJson } from './answer.ts'
import type { Fault } from './fault.ts'
import { createFault, withRecipes } from './fault.ts'

/** Discovery documents that are wrong. */
export interface MetadataFaults {
  /** The document names another issuer ('https://wrong-issuer.test'). */
  wrongIssuer(url?: string): Fault
  /** The document has no `jwks_uri`. */
  missingJwksUri(): Fault
  /** `jwks_uri` is an http URL, and its host is not a loopback host. */
  insecureJwksUri(): Fault
  /** `jwks_uri` is on another origin ('https://foreign.test/jwks'). */
  foreignJwksUri(url?: string): Fault
  /** There is no document: the answer is 404. */
  notFound(): Fault
}

function withMembers(name: string, members: Record<string, unknown>): Fault {
  return createFault(
    name,
    (answer) => {
      const document = readJson(answer)
      return document ? answerJson({ ...document, ...members }) : answer
    },
    'metadata',
  )
}

export const metadataFaults: MetadataFaults = withRecipes<MetadataFaults>(
  {
    wrongIssuer: (url = 'https://wrong-issuer.test') => withMembers('wrongIssuer', { issuer: url }),
    missingJwksUri: () => withMembers('missingJwksUri', { jwks_uri: undefined }),
    insecureJwksUri: () =>
      withMembers('insecureJwksUri', { jwks_uri: 'http://insecure.test/jwks' }),
    foreignJwksUri: (url = 'https://foreign.test/jwks') =>
      withMembers('foreignJwksUri', { jwks_uri: url }),
    notFound: () => createFault('notFound', () => answerText(404, 'Not found'), 'metadata'),
  },
  'metadata.',
)
