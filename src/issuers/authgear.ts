import type { FetchLike, IssuerOptions, Mark, Profile } from '../core/exports.ts'
import { canFetchWithHost, fetchWithHost } from './fetch-with-host.ts'
import type { PresetOptions } from './preset-options.ts'
import { frozenIssuer, presetOptions } from './preset-options.ts'

/** Options of `authgear`. */
export interface AuthgearOptions {
  /**
   * The endpoint of the project, e.g. `https://my-project.authgear.cloud`, or its custom domain. A
   * slash at the end is left out.
   */
  endpoint: string
  /**
   * Whether tokens of people are accepted, and of which applications: Authgear names the endpoint as
   * their audience, so that a token for one API of the project is good for all of them, and the
   * application is all that tells them apart. False: none. Default: people of every application.
   */
  users?: false | { clientIds: readonly string[] }
  /**
   * The API as a resource of the project, e.g. `https://api.acme.com`, exactly as it is registered:
   * machines ask for their tokens by it. Default: no tokens of machines are accepted.
   */
  machines?: { resource: string | readonly string[] } | undefined
  /** The permissions of each role. Default: none. */
  permissions?: Readonly<Record<string, readonly string[]>> | undefined
  /**
   * Where the keys are fetched inside the cluster, e.g. `{ url: 'http://authgear:3000' }`. The
   * requests name the public host of `endpoint`. An http URL needs `allowInsecureHosts: ['authgear']`
   * among the options of the verifier. `fetch` must send the header `host` that it is given; default:
   * `fetchWithHost`. Default: keys are fetched from `endpoint`.
   */
  internalEndpoint?: { url: string; fetch?: FetchLike | undefined } | undefined
}

const known = {
  endpoint: true,
  users: true,
  machines: true,
  permissions: true,
  internalEndpoint: true,
} as const satisfies Record<keyof AuthgearOptions, true>

/** The subject of a machine's token, which no person has. */
const ofMachine: Mark = { claim: 'sub', prefixed: { prefix: 'client_id_', claim: 'client_id' } }
const rolesClaim = 'https://authgear.com/claims/user/roles'

/** RFC 9068; what is about roles and permissions differs between people and machines. */
const accessToken: Profile = {
  types: ['at+jwt'],
  required: ['client_id', 'jti'],
  issuedAt: true,
  client: ['client_id'],
  scopes: ['scope'],
  scopeArray: false,
}
const usersProfile: Profile = {
  ...accessToken,
  refused: [ofMachine],
  roles: [rolesClaim],
  permissions: [],
}
const machinesProfile: Profile = { ...accessToken, roles: [], permissions: ['scope'] }

/**
 * Access tokens of an Authgear project, for people and machines on one API. The audience belongs to
 * the kind of token: a person's token must name the endpoint, a machine's the resource, and neither
 * is good for the other. The verifier needs no `audience`.
 *
 * The tokens follow RFC 9068, but those of people name no API as their audience: see `users`. They
 * carry no scopes of an API either: `auth.roles` says what a person may do, and `permissions` what
 * each role permits. The scopes of a machine are its permissions, too, so that one requirement
 * serves both. `authgearUser` reads the other claims of a person.
 *
 * At Authgear, "Issue JWT as access token" must be on for the application; without it, its tokens
 * are opaque, and refused as such.
 *
 * @throws TypeError for a wrong option.
 */
export function authgear(options: AuthgearOptions): IssuerOptions {
  const given = presetOptions('authgear', options, known)
  const issuer = given.url('endpoint')
  if (new URL(issuer).origin !== issuer) {
    given.refuse('endpoint', 'must have no path: it is what Authgear states as the issuer')
  }
  const kinds = [...machineKinds(given), ...userKinds(given, issuer)]
  if (kinds.length === 0) {
    given.refuse('users', "is false, and there is no 'machines': no token would be accepted")
  }
  const permissions = given.table('permissions')
  return frozenIssuer({
    issuer,
    kinds,
    ...(permissions !== undefined && { permissionsOf: permissions }),
    ...internalLocation(given, issuer),
  })
}

type Kinds = NonNullable<IssuerOptions['kinds']>

function machineKinds(given: PresetOptions): Kinds {
  if (given.value('machines') === undefined) return []
  const audience = given.inner('machines', { resource: true }).texts('resource')
  return [{ when: ofMachine, audience, profile: machinesProfile }]
}

function userKinds(given: PresetOptions, issuer: string): Kinds {
  if (given.value('users') === false) return []
  const when: Mark = given.has('users')
    ? { claim: 'client_id', is: given.inner('users', { clientIds: true }).texts('clientIds') }
    : { claim: 'client_id' }
  return [{ when, audience: issuer, profile: usersProfile }]
}

/**
 * Where a request does not name the public host, and https as its scheme, Authgear answers with a
 * redirect to there. The metadata would lead to the public host, so the keys are asked directly.
 */
function internalLocation(
  given: PresetOptions,
  issuer: string,
): Pick<IssuerOptions, 'jwksUri' | 'fetch'> {
  if (given.value('internalEndpoint') === undefined) return {}
  const internal = given.inner('internalEndpoint', { url: true, fetch: true })
  const url = internal.url('url')
  const fetch = internal.optionalFunction<FetchLike>('fetch') ?? fetchWithHost
  if (fetch === globalThis.fetch) {
    internal.refuse('fetch', 'ignores the header host: leave it out, or give one that sends it')
  }
  if (fetch === fetchWithHost && !canFetchWithHost(url)) {
    internal.refuse('fetch', 'is missing, and this runtime has no node:http: give one')
  }
  const { host, protocol } = new URL(issuer)
  const asked = { host, 'x-forwarded-proto': protocol.slice(0, -1) }
  return {
    jwksUri: `${url}/oauth2/jwks`,
    fetch: (location, init) => fetch(location, { ...init, headers: { ...init.headers, ...asked } }),
  }
}
