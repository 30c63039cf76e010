import type { Auth } from '../core/auth.ts'
import type { Awaitable } from '../core/awaitable.ts'
import type { AuthError } from '../core/errors.ts'
import { tell } from '../core/events.ts'
import { issuerElsewhere } from '../core/issuer-options.ts'
import { checkNoMore, knownOptions, optionalFunction, wrongOption } from '../core/option-checks.ts'
import type { UntypedOptions, VerifierOptions } from '../core/options.ts'
import { verifierOptionNames } from '../core/options.ts'
import { memberOf } from '../core/own-members.ts'
import { checkIntrospects } from '../core/shared-verifier.ts'
import type { Verifier } from '../core/verifier.ts'
import { createVerifier } from '../core/verifier.ts'
import type { Decision, Refused, Route } from './authenticate.ts'
import { answerBehind, authenticate } from './authenticate.ts'
import type { Refusal } from './challenge.ts'
import { enterCopy } from './copies.ts'
import type { GetAuthOptions } from './get-auth.ts'
import { authBy } from './get-auth.ts'
import type { RequestHead } from './request-head.ts'
import type { TokenSource } from './request-state.ts'
import { resolveRequirements } from './requirements/resolve.ts'
import { schemes } from './schemes/schemes.ts'
import { createTokenHeaderScheme, resolveTokenHeader } from './schemes/token-header.ts'

/**
 * Sees each refusal with its request, `R` as the framework has it, and with the Auth where the token
 * was good and only did not permit the request.
 */
export type OnRefused<C extends object, R> = {
  // Written as a method, because the parameters of a method may be narrowed: to the framework's own
  // types.
  hook(error: AuthError, request: R, auth: Auth<C> | undefined): unknown
}['hook']

/**
 * `C` where it stands for nothing that the compiler should infer it from: the schema of the claims
 * says what they are, and not the parameter of a function that logs. As NoInfer, which TypeScript
 * before 5.4 does not have.
 */
type Known<C> = [C][C extends unknown ? 0 : never]

/**
 * Options that every adapter takes beside those of the verifier. `H` is the framework's form of the
 * hook `onRefuse`, and `R` its request.
 */
export interface AdapterOptions<C extends object, H, R> {
  /**
   * Names the protected API in challenges (RFC 9110 section 11.5); printable ASCII. Default: 'api'.
   */
  realm?: string | undefined
  /**
   * The header that holds the bare token, where a gateway passes on in it who the caller is. The
   * Authorization header is then not read. Two such headers, or a scheme before the token, are
   * answered 400. Default: the token is read from Authorization.
   */
  tokenHeader?: string | undefined
  /**
   * Called in place of the answer to a refused request. The error that it is given carries the
   * headers and the body of that answer. A hook that answers later returns a promise that settles
   * afterwards: where the hook has ended and has not answered, the usual answer is sent.
   */
  onRefuse?: H | undefined
  /**
   * Called once for each refused request, before `onRefuse`: for logs and metrics. It changes
   * nothing: what it throws or rejects with is ignored, and it is not waited for.
   */
  onRefused?: OnRefused<Known<C>, R> | undefined
}

/**
 * What guards ask of a verifier: all that one of your own must have. `createVerifier` makes one, and
 * `{ verify: (token) => … }` is one.
 */
export type OwnVerifier<C extends object> = Pick<Verifier<C>, 'verify'>

/**
 * The type of what no value has. Not `never`: an option that may only be left out would tell the
 * kinds of options apart, and where options are spread, the compiler takes those that it does not
 * see for left out. It would give the parameters of functions beside the spread no types.
 */
type NoEffect = Record<'has no effect beside verifier', never>

/**
 * Options of `createAuth`: those of the adapter, and either those of a verifier or a verifier that
 * was made before.
 */
export type AuthOptions<C extends object, H, R> = AdapterOptions<C, H, R> &
  (
    | ((VerifierOptions<C> | UntypedOptions<C>) & { verifier?: undefined })
    // Beside a verifier that was made before, options of a verifier would have no effect.
    | ({ verifier: OwnVerifier<C> } & { [K in keyof VerifierOptions]?: NoEffect })
  )

/** What `createAuth` gives in every adapter. */
export interface AdapterAuth<C extends object, RequireAuth, GetAuth> {
  /**
   * Makes a guard, which lets only requests pass that meet the requirements.
   *
   * @throws TypeError if a requirement is wrong; the message says how to fix it.
   */
  readonly requireAuth: RequireAuth
  readonly getAuth: GetAuth
  /**
   * The verifier that was made from the options, or the very one that was given. One of your own has
   * the methods that you gave it, and no others.
   */
  readonly verifier: Verifier<C>
}

/**
 * What is the same in every adapter: an adapter only translates its framework's requests and
 * answers.
 */
export interface Adapter<C extends object, H> {
  readonly verifier: Verifier<C>
  readonly onRefuse: H | undefined
  /** Calls `onRefused`. The request must no longer carry what an earlier guard has attached. */
  tellRefused(refused: Refused, request: unknown): void
  /** Reads what the last guard of this verifier found. */
  getAuth(carrier: object, options?: GetAuthOptions): Auth<C> | undefined
  /**
   * Checks the requirements of a route, once, and gives the function that decides about its
   * requests. `none` are the arguments behind the requirements: there must be none. `onError` is told
   * of an error of the verifier that comes up behind the guard, and of the answer to it.
   */
  decider(
    requirements: unknown,
    none: readonly never[],
    onError?: (error: AuthError, answer: Refusal) => void,
  ): (head: RequestHead, carrier: object, request: unknown) => Awaitable<Decision<C>>
}

const adapterOptionNames = {
  realm: true,
  tokenHeader: true,
  onRefuse: true,
  onRefused: true,
  verifier: true,
} as const

/** `none` are the arguments of createAuth behind its options: there must be none. */
export function createAdapter<C extends object, H, R>(
  given: AuthOptions<C, H, R>,
  none: readonly never[],
): Adapter<C, H> {
  checkNoMore('createAuth', none)
  const {
    realm,
    tokenHeader: named,
    onRefuse,
    onRefused,
    verifier: made,
    ...ofVerifier
  } = knownOptions(
    'the options of createAuth',
    given,
    { ...verifierOptionNames, ...adapterOptionNames },
    issuerElsewhere,
  )
  const verifier = resolveVerifier<C>(made, ofVerifier)
  const listener = optionalFunction<OnRefused<object, R>>("option 'onRefused'", onRefused)
  enterCopy()
  const tokenHeader = resolveTokenHeader(named)
  const source: TokenSource = { verifier: verifier as Verifier, tokenHeader }
  const common = {
    ...source,
    realm: resolveRealm(realm),
    schemes: tokenHeader === undefined ? schemes : [createTokenHeaderScheme(tokenHeader)],
  }
  return {
    verifier,
    onRefuse: optionalFunction<H>("option 'onRefuse'", onRefuse),
    tellRefused({ error, auth }, request) {
      if (listener === undefined) return
      tell(() => listener(error, request as R, auth))
    },
    getAuth: (carrier, options) => authBy(source, carrier, options),
    decider(requirements, none, onError) {
      const rules = { ...common, ...resolveRequirements(requirements, none) }
      const route: Route = {
        ...rules,
        answerWith(error) {
          const answer = answerBehind(error, rules)
          onError?.(error, answer)
        },
      }
      if (route.introspect) checkIntrospects(verifier, "requireAuth: option 'introspect'")
      return (head, carrier, request) =>
        authenticate(head, carrier, request, route) as Awaitable<Decision<C>>
    },
  }
}

function resolveVerifier<C extends object>(
  verifier: unknown,
  options: Record<string, unknown>,
): Verifier<C> {
  if (verifier === undefined) return createVerifier(options as unknown as VerifierOptions<C>)
  const [beside] = Object.keys(options)
  if (beside !== undefined) {
    wrongOption(`option '${beside}'`, "has no effect beside 'verifier': give it to createVerifier")
  }
  if (typeof memberOf(verifier as Partial<Verifier>, 'verify') !== 'function') {
    wrongOption("option 'verifier'", 'must have a verify(): make it with createVerifier')
  }
  return verifier as Verifier<C>
}

function resolveRealm(realm: unknown = 'api'): string {
  if (typeof realm !== 'string' || !/^[\x20-\x7e]+$/.test(realm)) {
    wrongOption("option 'realm'", 'must be a non-empty string of printable ASCII')
  }
  return realm
}
