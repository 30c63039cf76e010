import type { IssuerOptions } from '../index.ts'
import { checkOptions } from './arguments.ts'
import type { LoadServer } from './assemble-issuer.ts'
import { assembleIssuer, baseOf } from './assemble-issuer.ts'
import type { TestIssuer } from './issuer.ts'
import type { TestIssuerOptions } from './issuer-options.ts'
import { issuerOptionsElsewhere, knownIssuerOptions } from './issuer-options.ts'
import type { IssuerShape } from './shapes/shapes.ts'

/**
 * Creates an issuer in this process. It opens no socket, starts no timer and changes no global. Its
 * tokens are real: give `issuer.trust()` to the code under test, which then verifies them as it
 * does in production.
 *
 * @throws {TypeError} for an unknown option, and for a value that the option cannot have.
 */
export function createTestIssuer(
  options: TestIssuerOptions & { shape: IssuerShape },
): TestIssuer<IssuerOptions>
export function createTestIssuer(
  options?: TestIssuerOptions & { shape?: undefined },
): TestIssuer<string>
export function createTestIssuer(options: TestIssuerOptions): TestIssuer
export function createTestIssuer(options: TestIssuerOptions = {}): TestIssuer {
  const what = 'the options of createTestIssuer'
  const example = "createTestIssuer({ url: 'https://issuer.test' })"
  checkOptions(what, options, knownIssuerOptions, example, issuerOptionsElsewhere)
  return assembleIssuer(options, { loadServer }).issuer
}

const loadServer: LoadServer = async (issuer, register) => {
  const { createAuthorizationServer } = await import('./oauth/authorization-server.ts')
  return createAuthorizationServer(issuer, baseOf(issuer.url), register, {})
}
