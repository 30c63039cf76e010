import { kindOf, knownOptions, numberWithin, wrongOption } from '../option-checks.ts'

/** What an ID token is compared with. What is left out is not checked. */
export interface IdTokenOptions {
  /** The client that the user has signed in at: `aud` must name it (OIDC Core section 3.1.3.7). */
  clientId: string
  /**
   * The `nonce` of the authentication request, as the application has kept it: the claim must equal
   * it (OIDC Core section 3.1.3.7, number 11). Without it, nothing shows that the token was issued
   * for this sign-in.
   */
  nonce?: string
  /**
   * The access token that came with the ID token: the claim `at_hash` must be there and be its hash
   * (OIDC Core sections 3.1.3.8 and 3.2.2.9).
   */
  accessToken?: string
  /**
   * How many seconds ago the user may have signed in at most, as in `max_age` of the request: the
   * claim `auth_time` must be there (OIDC Core section 3.1.3.7, number 13). `clockTolerance` is
   * added. From 0 to 315360000.
   */
  maxAge?: number
}

const known = {
  clientId: true,
  nonce: true,
  accessToken: true,
  maxAge: true,
} as const satisfies Record<keyof IdTokenOptions, true>

/** Ten years, in seconds. */
const longestMaxAge = 315_360_000

/**
 * The options, checked and copied. One that is present with the value undefined is refused: `nonce:
 * session.nonce` must not mean "no nonce" where the session has lost it.
 */
export function resolveIdTokenOptions(given: unknown): IdTokenOptions {
  const options = knownOptions('the options of verifier.verifyIdToken', given, known)
  const { clientId, maxAge } = options
  for (const [name, value] of Object.entries(options)) {
    if (value !== undefined) continue
    const fix = name === 'clientId' ? '' : ', or leave it out, and it is not checked'
    wrongOption(optionNamed(name), `is present but undefined: give it a value${fix}`)
  }
  if (clientId === undefined) {
    wrongOption(optionNamed('clientId'), 'is missing: name the client that the user signed in at')
  }
  for (const name of ['clientId', 'nonce', 'accessToken']) {
    const value = options[name]
    if (value === undefined || (typeof value === 'string' && value !== '')) continue
    wrongOption(optionNamed(name), `must be a non-empty string, not ${kindOf(value)}`)
  }
  if (maxAge !== undefined) {
    numberWithin(optionNamed('maxAge'), maxAge, { min: 0, max: longestMaxAge })
  }
  return options as unknown as IdTokenOptions
}

function optionNamed(name: string): string {
  return `option '${name}' of verifier.verifyIdToken`
}
