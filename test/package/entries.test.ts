import { beforeAll, expect, inject, test } from 'vitest'
import {
  adapters,
  type Entry,
  entries,
  evaluate,
  type Manifest,
  manifest,
  read,
  runnerEntry,
  specifierOf,
  unpack,
} from './project.ts'

const packed = inject('packed')
/** A project with tollgate, jose and lru-cache, and nothing else. */
let project: string
let shipped: Manifest
const specifiers = entries.map(specifierOf)

beforeAll(async () => {
  project = await unpack(packed)
  shipped = await manifest(`${project}/node_modules/tollgate`)
}, 180_000)

const names = `Object.fromEntries(entries.map((entry, i) => [entry, Object.keys(loaded[i]).sort()]))`
const list = JSON.stringify(specifiers)

test('the entries of the package are those that package.json names', () => {
  const named = Object.keys(shipped.exports).map((entry) => entry.replace(/^\./, 'tollgate'))
  expect(named).toEqual([...specifiers, `tollgate/${runnerEntry}`, 'tollgate/package.json'])
})

test('every entry exports the expected values, imported and required, without any framework installed', async () => {
  const imported = await evaluate(
    project,
    'module',
    `const entries = ${list}
    const loaded = await Promise.all(entries.map((entry) => import(entry)))
    console.log(JSON.stringify(${names}))`,
  )
  expect(imported).toMatchInlineSnapshot(`
    {
      "tollgate": [
        "AuthError",
        "InsufficientScopeError",
        "InvalidRequestError",
        "InvalidTokenError",
        "MissingCredentialsError",
        "UnavailableError",
        "assertAuth",
        "createVerifier",
      ],
      "tollgate/express": [
        "AuthError",
        "InsufficientScopeError",
        "InvalidRequestError",
        "InvalidTokenError",
        "MissingCredentialsError",
        "UnavailableError",
        "createAuth",
        "getAuth",
      ],
      "tollgate/fastify": [
        "AuthError",
        "InsufficientScopeError",
        "InvalidRequestError",
        "InvalidTokenError",
        "MissingCredentialsError",
        "UnavailableError",
        "createAuth",
        "getAuth",
      ],
      "tollgate/fetch": [
        "AuthError",
        "InsufficientScopeError",
        "InvalidRequestError",
        "InvalidTokenError",
        "MissingCredentialsError",
        "UnavailableError",
        "createAuth",
        "getAuth",
        "isRefusal",
      ],
      "tollgate/hono": [
        "AuthError",
        "InsufficientScopeError",
        "InvalidRequestError",
        "InvalidTokenError",
        "MissingCredentialsError",
        "UnavailableError",
        "createAuth",
        "getAuth",
      ],
      "tollgate/issuers": [
        "adfs",
        "auth0",
        "authentik",
        "authgear",
        "authgearUser",
        "casdoor",
        "clerk",
        "cloudRun",
        "cloudflareAccess",
        "cognito",
        "descope",
        "duende",
        "entra",
        "entraB2c",
        "fetchWithHost",
        "firebase",
        "fusionauth",
        "githubActions",
        "gitlab",
        "googleIap",
        "keycloak",
        "kubernetes",
        "logto",
        "okta",
        "oracle",
        "ory",
        "ping",
        "pomerium",
        "salesforce",
        "spiffe",
        "stytch",
        "supabase",
        "transactionTokens",
        "workos",
        "wso2",
        "xsuaa",
        "zitadel",
      ],
      "tollgate/koa": [
        "AuthError",
        "InsufficientScopeError",
        "InvalidRequestError",
        "InvalidTokenError",
        "MissingCredentialsError",
        "UnavailableError",
        "createAuth",
        "getAuth",
      ],
      "tollgate/nest": [
        "AuthError",
        "InsufficientScopeError",
        "InvalidRequestError",
        "InvalidTokenError",
        "MissingCredentialsError",
        "UnavailableError",
        "createAuth",
        "getAuth",
      ],
      "tollgate/node": [
        "AuthError",
        "InsufficientScopeError",
        "InvalidRequestError",
        "InvalidTokenError",
        "MissingCredentialsError",
        "UnavailableError",
        "createAuth",
        "getAuth",
      ],
      "tollgate/revocation": [
        "createBackchannelLogout",
        "createEventReceiver",
        "createMemoryStore",
        "createRedisStore",
      ],
      "tollgate/testing": [
        "assertAuthorized",
        "assertForbidden",
        "assertRejectsHostileTokens",
        "assertSurvivesIssuerFaults",
        "assertUnauthorized",
        "assertUnavailable",
        "authorized",
        "connectTestIssuer",
        "createTestIssuer",
        "describeHostileTokens",
        "faults",
        "forbidden",
        "hostileIdTokens",
        "hostileTokens",
        "matchers",
        "parseChallenges",
        "serveTestIssuer",
        "unauthorized",
        "unavailable",
        "withAuth",
      ],
    }
  `)
  const required = await evaluate(
    project,
    'commonjs',
    `const entries = ${list}
    const loaded = entries.map((entry) => require(entry))
    console.log(JSON.stringify(${names}))`,
  )
  expect(required).toEqual(imported)
})

test('every adapter exports the types and the errors of the main entry, so that its users need no second import', async () => {
  const exported = async (entry: Entry) => [...(await typesOf(entry)), ...(await errorsOf(entry))]
  // The type of what `assertAuth` takes stands where that function does.
  const shared = (await exported('index')).filter((name) => name !== 'AuthRequirements')
  expect(shared).toEqual(
    expect.arrayContaining(['Auth', 'AuthEvent', 'IssuerOptions', 'VerifierOptions', 'AuthError']),
  )
  for (const adapter of adapters) {
    expect(await exported(adapter), adapter).toEqual(expect.arrayContaining(shared))
  }
})

test('an error is of the same class in every entry', async () => {
  const code = `const loaded = await Promise.all(${list}.map((entry) => import(entry)))
    const classes = loaded.map(({ InvalidTokenError }) => InvalidTokenError).filter(Boolean)
    console.log(JSON.stringify([classes.length, new Set(classes).size]))`
  expect(await evaluate(project, 'module', code)).toEqual([adapters.length + 1, 1])
})

test('every entry exports the expected types, an adapter its own beside those of the main entry', async () => {
  const shared = await typesOf('index')
  const types = entries.map(async (entry) => {
    const own = (await typesOf(entry)).filter(
      (name) => !(adapters as readonly string[]).includes(entry) || !shared.includes(name),
    )
    return [specifierOf(entry), own] as const
  })
  expect(Object.fromEntries(await Promise.all(types))).toMatchInlineSnapshot(`
    {
      "tollgate": [
        "Actor",
        "Algorithm",
        "Auth",
        "AuthEvent",
        "AuthRequirements",
        "ClaimPath",
        "ClientOptions",
        "DecryptionOptions",
        "DeepReadonly",
        "ExchangeOptions",
        "ExchangedToken",
        "Explanation",
        "FetchLike",
        "IdToken",
        "IdTokenClaims",
        "IdTokenOptions",
        "IntrospectionCacheOptions",
        "IntrospectionOptions",
        "IssuerHealth",
        "IssuerOptions",
        "IssuerResolver",
        "JWTPayload",
        "KeyEvent",
        "KeyOptions",
        "Mark",
        "ProblemDetails",
        "Profile",
        "ProfileName",
        "PublicKeyAlgorithm",
        "Reason",
        "Revocation",
        "RevocationStore",
        "StandardSchema",
        "UserInfo",
        "Verifier",
        "VerifierOptions",
      ],
      "tollgate/express": [
        "AuthOptions",
        "ExpressAuth",
        "ExpressRequest",
        "ExpressResponse",
        "GetAuth",
        "GetAuthOptions",
        "Handler",
        "Next",
        "OnRefuse",
        "OnRefused",
        "RequireAuth",
        "Requirements",
      ],
      "tollgate/fastify": [
        "AuthOptions",
        "Done",
        "FastifyAuth",
        "GetAuth",
        "GetAuthOptions",
        "Hook",
        "OnRefuse",
        "OnRefused",
        "RequireAuth",
        "Requirements",
        "Scope",
      ],
      "tollgate/fetch": [
        "AuthOptions",
        "FetchAuth",
        "GetAuth",
        "GetAuthOptions",
        "Handler",
        "OnRefuse",
        "OnRefused",
        "RequireAuth",
        "Requirements",
      ],
      "tollgate/hono": [
        "AuthOptions",
        "GetAuth",
        "GetAuthOptions",
        "Guard",
        "HonoAuth",
        "OnRefuse",
        "OnRefused",
        "RequireAuth",
        "Requirements",
      ],
      "tollgate/issuers": [
        "AdfsOptions",
        "Auth0Options",
        "AuthentikOptions",
        "AuthgearClaims",
        "AuthgearOptions",
        "AuthgearUser",
        "CasdoorOptions",
        "ClerkOptions",
        "CloudRunOptions",
        "CloudflareAccessOptions",
        "CognitoOptions",
        "DescopeOptions",
        "DuendeOptions",
        "EntraB2cOptions",
        "EntraOptions",
        "EntraTenantsOptions",
        "FirebaseOptions",
        "FusionAuthOptions",
        "GithubActionsOptions",
        "GitlabOptions",
        "GoogleIapOptions",
        "KeycloakOptions",
        "KubernetesOptions",
        "LogtoOptions",
        "OktaOptions",
        "OracleOptions",
        "OryOptions",
        "PingOptions",
        "PomeriumOptions",
        "SalesforceOptions",
        "SpiffeOptions",
        "StytchOptions",
        "SupabaseOptions",
        "TransactionTokensOptions",
        "WorkosOptions",
        "Wso2Options",
        "XsuaaOptions",
        "ZitadelOptions",
      ],
      "tollgate/koa": [
        "AuthOptions",
        "GetAuth",
        "GetAuthOptions",
        "KoaAuth",
        "KoaContext",
        "Middleware",
        "Next",
        "OnRefuse",
        "OnRefused",
        "RequireAuth",
        "Requirements",
      ],
      "tollgate/nest": [
        "AuthOptions",
        "GetAuth",
        "GetAuthOptions",
        "Guard",
        "NestAuth",
        "NestContext",
        "NestRequest",
        "OnRefuse",
        "OnRefused",
        "RequireAuth",
        "Requirements",
      ],
      "tollgate/node": [
        "AuthOptions",
        "GetAuth",
        "GetAuthOptions",
        "Guard",
        "IncomingRequest",
        "NodeAuth",
        "OnRefuse",
        "OnRefused",
        "RequireAuth",
        "Requirements",
        "UpgradeSocket",
      ],
      "tollgate/revocation": [
        "BackchannelLogoutOptions",
        "EventReceiverOptions",
        "MemoryStoreOptions",
        "NodeNoticeRequest",
        "NodeNoticeResponse",
        "NoticeHandler",
        "RedisClient",
        "RedisStore",
        "RedisStoreOptions",
        "Revocation",
        "RevocationStore",
        "SecurityEvent",
      ],
      "tollgate/testing": [
        "AttackerNeeds",
        "BadTokens",
        "Challenge",
        "Claims",
        "ConnectOptions",
        "EncryptOptions",
        "Endpoint",
        "Expectation",
        "ExpectedChallenge",
        "ExpectedJwt",
        "FailOptions",
        "Fault",
        "Faults",
        "ForbiddenExpectation",
        "HostileCase",
        "HostileId",
        "HostileIdToken",
        "HostileIdTokenOptions",
        "HostileLevel",
        "HostileOptions",
        "HostileReport",
        "HostileResult",
        "HostileTarget",
        "HostileTokenOptions",
        "HostileVerdict",
        "IdTokenMintOptions",
        "IssuerShape",
        "JwksFaults",
        "KeyOrigin",
        "KeyRing",
        "LoggedRequest",
        "MetadataFaults",
        "MintOptions",
        "OpaqueOptions",
        "RemoteBadTokens",
        "RemoteClock",
        "RemoteMintOptions",
        "RemoteRequest",
        "RemoteTestIssuer",
        "RequestLog",
        "ResponseLike",
        "RotateOptions",
        "ServeOptions",
        "ServedTestIssuer",
        "ShortTrust",
        "StatementOptions",
        "StatusListOptions",
        "SurvivalOptions",
        "SurvivalReport",
        "SurvivalResult",
        "SurvivalVerdict",
        "TestClock",
        "TestIssuer",
        "TestIssuerOptions",
        "TestKey",
        "TestRunner",
        "TestStatusList",
        "TokenMatchers",
        "TrustOptions",
        "UnauthorizedExpectation",
        "UnavailableExpectation",
      ],
    }
  `)
})

test('import and require of an entry give the same module', async () => {
  const code = `import('tollgate').then(({ InvalidTokenError }) =>
    console.log(require('tollgate').InvalidTokenError === InvalidTokenError))`
  expect(await evaluate(project, 'commonjs', code)).toBe(true)
})

test('a consumer can read the package.json of tollgate', async () => {
  const code = `console.log(JSON.stringify(require('tollgate/package.json').version))`
  expect(await evaluate(project, 'commonjs', code)).toBe((await manifest()).version)
})

test('nothing but the entries can be imported: no folder of the package and no other file', async () => {
  const paths = [
    'tollgate/core/verifier',
    'tollgate/core/verifier.js',
    'tollgate/dist/index.js',
    'tollgate/dist/core/verifier.js',
    'tollgate/http/challenge.js',
    'tollgate/index.js',
    'tollgate/src/index.ts',
    'tollgate/testing/issuer.js',
  ]
  const refused = paths.map(() => 'ERR_PACKAGE_PATH_NOT_EXPORTED')
  const code = `const paths = ${JSON.stringify(paths)}
    const refusal = (load) => load().then(() => 'loaded', ({ code }) => code)`
  const print = (load: string) =>
    `${code}\nPromise.all(paths.map((path) => refusal(async () => ${load}))).then((codes) =>
      console.log(JSON.stringify(codes)))`
  expect(await evaluate(project, 'module', print('import(path)'))).toEqual(refused)
  expect(await evaluate(project, 'commonjs', print('require(path)'))).toEqual(refused)
})

/** The names of the types that an entry exports. */
async function typesOf(entry: Entry): Promise<readonly string[]> {
  return [...(await typesIn(`${entry}.d.ts`))].sort()
}

/** The names of the types that a declaration file of dist exports, itself or from other files. */
async function typesIn(file: string): Promise<readonly string[]> {
  const text = await read(project, 'node_modules', 'tollgate', 'dist', file)
  const declared = text.matchAll(/^export (?:declare )?(?:interface|type) (\w+)/gm)
  const listed = text.matchAll(/^export type \{([^}]*)\}/gm)
  const names = [
    ...Array.from(declared, ([, name]) => name as string),
    ...Array.from(listed, ([, list]) => (list as string).split(',')).flat(),
  ]
  const others = Array.from(text.matchAll(/^export \* from '(.+)\.[jt]s'/gm), ([, other]) =>
    typesIn(`${other}.d.ts`),
  )
  const own = names.map((name) => name.trim()).filter((name) => name !== '')
  return own.concat(...(await Promise.all(others)))
}

/** The names of the error classes that an entry exports. */
async function errorsOf(entry: Entry): Promise<readonly string[]> {
  const code = `const loaded = await import('${specifierOf(entry)}')
    const errors = Object.keys(loaded).filter((name) => loaded[name].prototype instanceof Error)
    console.log(JSON.stringify(errors))`
  return (await evaluate(project, 'module', code)) as readonly string[]
}
