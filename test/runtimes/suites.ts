/** Test files that run together, and the runtimes that leave some of them out. */
export interface Suite {
  readonly name: string
  readonly files: readonly string[]
  /**
   * Some tests repeat themselves for every adapter. `portable`: they do so for Hono and fetch,
   * which need no server. `framework`: they do so for the adapters that the HTTP server of Node
   * calls.
   */
  readonly adapters: 'portable' | 'framework'
  /** Files that do not run on some runtimes, and why. */
  readonly without?: Readonly<
    Record<string, { readonly on: readonly string[]; readonly why: string }>
  >
  /** Runtimes that the whole suite does not run on, and why. */
  readonly not?: Readonly<Record<string, string>>
}

const needsServer = {
  on: ['workerd'],
  why: 'goes through Express, Koa or a server of Node',
} as const

const importsExpress = {
  on: ['workerd'],
  why: 'tests what an example for Express states, too; the other presets are tested in a Worker',
} as const

const takesLong = {
  on: ['Node 20', 'Node 22', 'Node 24'],
  why: 'takes long, and `npm test` runs it on Node: only the timers and clocks of another runtime could differ',
} as const

const wordsOfNode = {
  on: ['Bun', 'Deno'],
  why: "expects the words with which Node's fetch reports a broken connection; Bun and Deno use others",
} as const

const noServer = 'a Worker is called with a Request: there is no socket to listen on'

export const suites: readonly Suite[] = [
  {
    name: 'adapters',
    files: [
      'test/adapters.test.ts',
      'test/adapters/on-refuse.test.ts',
      'test/adapters/on-refused.test.ts',
      'test/adapters/own-verifier.test.ts',
      'test/adapters/token-header.test.ts',
      'test/adapters/two-guards.test.ts',
    ],
    adapters: 'portable',
  },
  { name: 'hostile', files: ['test/adapters/hostile.test.ts'], adapters: 'portable' },
  {
    name: 'core',
    files: [
      'test/core/errors.test.ts',
      'test/core/explain.test.ts',
      'test/core/hints/any-token.test.ts',
      'test/core/hints/habits.test.ts',
      'test/core/hints/presets.test.ts',
      'test/core/jwt/actors.test.ts',
      'test/core/jwt/claims-schema.test.ts',
      'test/core/jwt/profile.test.ts',
      'test/core/jwt/permissions-of.test.ts',
      'test/core/own-auth.test.ts',
      'test/core/token-cache.test.ts',
      'test/core/turn.test.ts',
      'test/core/options.test.ts',
      'test/core/issuer-url.test.ts',
      'test/core/insecure-hosts.test.ts',
      'test/core/issuers/any-iss.test.ts',
      'test/core/issuers/endpoints.test.ts',
      'test/core/issuers/forget.test.ts',
      'test/core/issuers/real-issuers.test.ts',
      'test/core/issuers/resolved.test.ts',
      'test/core/issuers/subject-prefix.test.ts',
      'test/core/issuers/token-kinds.test.ts',
      'test/core/issuers/unverified-iss.test.ts',
      'test/core/identity/id-token.test.ts',
      'test/core/jwt/in-place.test.ts',
      'test/core/jwt/second-opinion.test.ts',
      'test/core/jwt/signature.test.ts',
      'test/core/verifier.test.ts',
      'test/core/remote/cached-document.test.ts',
      'test/core/remote/documents.test.ts',
      'test/core/remote/fetch-option.test.ts',
      'test/core/keys/model.test.ts',
      'test/core/keys/jwk.test.ts',
      'test/core/keys/key-files.test.ts',
      'test/core/keys/key-issuer.test.ts',
      'test/core/keys/promises.test.ts',
      'test/core/keys/bound-keys.test.ts',
      'test/core/keys/moved-keys.test.ts',
      'test/core/keys/small-order.test.ts',
      'test/core/keys/spellings.test.ts',
      'test/core/keys/static.test.ts',
      'test/core/keys/younger-keys.test.ts',
    ],
    adapters: 'portable',
    without: {
      'test/core/jwt/claims-schema.test.ts': needsServer,
      'test/core/options.test.ts': needsServer,
      'test/core/jwt/in-place.test.ts': {
        on: ['Bun', 'Deno', 'workerd'],
        why: 'only in Node are signatures checked in place',
      },
      'test/core/jwt/second-opinion.test.ts': {
        on: ['workerd'],
        why: 'node:crypto of workerd cannot sign with a key that it has made',
      },
      'test/core/keys/model.test.ts': takesLong,
      'test/core/keys/promises.test.ts': takesLong,
    },
  },
  {
    name: 'http',
    files: [
      'test/http/any-bytes.test.ts',
      'test/http/at-once.test.ts',
      'test/http/assert-auth.test.ts',
      'test/http/credentials.test.ts',
      'test/http/get-auth.test.ts',
      'test/http/hints.test.ts',
      'test/http/parameters.test.ts',
      'test/http/request-head.test.ts',
      'test/http/requirements.test.ts',
      'test/http/roles-and-claims.test.ts',
      'test/http/second-guard.test.ts',
      'test/http/hooks.test.ts',
      'test/http/request-state.test.ts',
    ],
    adapters: 'portable',
    without: {
      'test/http/any-bytes.test.ts': needsServer,
      'test/http/at-once.test.ts': needsServer,
      'test/http/requirements.test.ts': needsServer,
      'test/http/second-guard.test.ts': needsServer,
      'test/http/hooks.test.ts': needsServer,
    },
  },
  {
    name: 'issuers',
    files: [
      'test/authgear.test.ts',
      'test/issuers/adfs.test.ts',
      'test/issuers/auth0.test.ts',
      'test/issuers/authentik.test.ts',
      'test/issuers/authgear.test.ts',
      'test/issuers/casdoor.test.ts',
      'test/issuers/clerk.test.ts',
      'test/issuers/cloudflare-access.test.ts',
      'test/issuers/cognito.test.ts',
      'test/issuers/descope.test.ts',
      'test/issuers/duende.test.ts',
      'test/issuers/entra.test.ts',
      'test/issuers/entra-b2c.test.ts',
      'test/issuers/fusionauth.test.ts',
      'test/issuers/github-actions.test.ts',
      'test/issuers/gitlab.test.ts',
      'test/issuers/google.test.ts',
      'test/issuers/keycloak.test.ts',
      'test/issuers/kubernetes.test.ts',
      'test/issuers/logto.test.ts',
      'test/issuers/okta.test.ts',
      'test/issuers/oracle.test.ts',
      'test/issuers/ory.test.ts',
      'test/issuers/ping.test.ts',
      'test/issuers/pomerium.test.ts',
      'test/issuers/salesforce.test.ts',
      'test/issuers/spiffe.test.ts',
      'test/issuers/stytch.test.ts',
      'test/issuers/supabase.test.ts',
      'test/issuers/transaction-tokens.test.ts',
      'test/issuers/workos.test.ts',
      'test/issuers/wso2.test.ts',
      'test/issuers/xsuaa.test.ts',
      'test/issuers/zitadel.test.ts',
    ],
    adapters: 'portable',
    without: {
      'test/authgear.test.ts': {
        on: ['workerd'],
        why: 'reads its fixtures from the disk, which a Worker does not have',
      },
      'test/issuers/adfs.test.ts': importsExpress,
      'test/issuers/auth0.test.ts': importsExpress,
      'test/issuers/authgear.test.ts': importsExpress,
      'test/issuers/cognito.test.ts': importsExpress,
      'test/issuers/entra-b2c.test.ts': importsExpress,
      'test/issuers/github-actions.test.ts': importsExpress,
      'test/issuers/gitlab.test.ts': importsExpress,
      'test/issuers/google.test.ts': importsExpress,
    },
  },
  {
    name: 'composition',
    files: [
      'test/composition/express-errors.test.ts',
      'test/composition/express.test.ts',
      'test/composition/fastify.test.ts',
      'test/composition/fetch.test.ts',
      'test/composition/hono-errors.test.ts',
      'test/composition/hono.test.ts',
      'test/composition/koa-errors.test.ts',
      'test/composition/koa.test.ts',
      'test/composition/nest-errors.test.ts',
      'test/composition/nest-memory.test.ts',
      'test/composition/nest.test.ts',
      'test/composition/node.test.ts',
      'test/composition/wire.test.ts',
    ],
    adapters: 'framework',
    without: {
      'test/composition/express-errors.test.ts': wordsOfNode,
      'test/composition/koa-errors.test.ts': wordsOfNode,
      'test/composition/nest-memory.test.ts': {
        on: ['Bun'],
        why: 'asks V8 to collect garbage, and Bun has another engine',
      },
    },
    not: { workerd: noServer },
  },
  {
    name: 'attacks',
    files: [
      'test/attacks/algorithm.test.ts',
      'test/attacks/any-token.test.ts',
      'test/attacks/behaviour.test.ts',
      'test/attacks/claims.test.ts',
      'test/attacks/encoding.test.ts',
      'test/attacks/keys.test.ts',
    ],
    adapters: 'portable',
  },
  {
    name: 'revocation',
    files: ['test/revocation/memory.test.ts'],
    adapters: 'portable',
  },
  {
    name: 'testing',
    files: [
      'test/testing/answers/expectations.test.ts',
      'test/testing/answers/parse-challenges.test.ts',
      'test/testing/arguments.test.ts',
      'test/testing/bad.test.ts',
      'test/testing/clock.test.ts',
      'test/testing/deterministic.test.ts',
      'test/testing/faults.test.ts',
      'test/testing/global-fetch.test.ts',
      'test/testing/hostile.test.ts',
      'test/testing/hostile-scope.test.ts',
      'test/testing/hostile-survive.test.ts',
      'test/testing/hostile-targets.test.ts',
      'test/testing/hostile-verdicts.test.ts',
      'test/testing/hostile-flawed-guards.test.ts',
      'test/testing/issuer.test.ts',
      'test/testing/keys.test.ts',
      'test/testing/mint.test.ts',
      'test/testing/serve.test.ts',
      'test/testing/shapes.test.ts',
      'test/testing/transport.test.ts',
      'test/testing/trust.test.ts',
      'test/testing/with-auth.test.ts',
    ],
    adapters: 'portable',
    without: {
      'test/testing/answers/expectations.test.ts': needsServer,
      'test/testing/deterministic.test.ts': needsServer,
      'test/testing/global-fetch.test.ts': needsServer,
      'test/testing/hostile.test.ts': needsServer,
      'test/testing/hostile-scope.test.ts': needsServer,
      'test/testing/hostile-survive.test.ts': needsServer,
      'test/testing/hostile-targets.test.ts': needsServer,
      'test/testing/hostile-verdicts.test.ts': needsServer,
      'test/testing/hostile-flawed-guards.test.ts': {
        on: ['workerd', 'Node 20', 'Node 22', 'Node 24'],
        why: 'tries the hostile tokens on guards that are built from node:crypto: workerd has only a part of that module, and `npm test` runs the file on Node',
      },
      'test/testing/issuer.test.ts': needsServer,
      'test/testing/serve.test.ts': needsServer,
      'test/testing/shapes.test.ts': needsServer,
      'test/testing/trust.test.ts': needsServer,
      'test/testing/with-auth.test.ts': needsServer,
    },
  },
  {
    name: 'frameworks',
    files: [
      'test/adapters.test.ts',
      'test/adapters/hostile.test.ts',
      'test/adapters/node-requests.test.ts',
      'test/adapters/on-refuse.test.ts',
      'test/adapters/on-refused.test.ts',
      'test/adapters/own-verifier.test.ts',
      'test/adapters/token-header.test.ts',
      'test/adapters/two-guards.test.ts',
    ],
    adapters: 'framework',
    not: { workerd: noServer },
  },
]

/** Test files that only `npm test` runs, on the Node that it is started with, and why. */
export const nodeOnly: readonly { readonly why: string; readonly files: readonly string[] }[] = [
  {
    why: 'tests the package and its repository as a whole: what is packed, exported, documented',
    files: [
      'test/architecture.test.ts',
      'test/core/keys/bounds.test.ts',
      'test/package/consumers.test.ts',
      'test/package/entries.test.ts',
      'test/package/reach.test.ts',
      'test/package/readme.test.ts',
      'test/package/repository.test.ts',
      'test/package/runtimes.test.ts',
      'test/package/tarball.test.ts',
      'test/package/vitest.test.ts',
    ],
  },
  {
    why: 'tests the command line, which is a program of Node',
    files: [
      'test/cli/attack.test.ts',
      'test/cli/command-line.test.ts',
      'test/cli/doctor.test.ts',
      'test/cli/documentation.test.ts',
      'test/cli/explain.test.ts',
      'test/cli/issuer.test.ts',
      'test/cli/mint.test.ts',
      'test/cli/process.test.ts',
    ],
  },
  {
    why: 'tests types, which are gone before a runtime sees the code',
    files: [
      'test/typing/express.test.ts',
      'test/typing/fastify.test.ts',
      'test/typing/fetch.test.ts',
      'test/typing/hono.test.ts',
      'test/typing/koa.test.ts',
      'test/typing/nest.test.ts',
      'test/typing/node.test.ts',
      'test/typing/on-refused.test.ts',
      'test/typing/requirements.test.ts',
      'test/typing/verifier.test.ts',
    ],
  },
  {
    why: 'reads what is written to the raw socket of an upgrade of node:http',
    files: ['test/http/upgrade.test.ts'],
  },
  {
    why: 'starts the examples as a reader starts them; examples.test.ts here starts those of other runtimes',
    files: [
      'examples/app.test.ts',
      'examples/testing/answers.test.ts',
      'examples/testing/global-fetch.test.ts',
      'examples/testing/handler.test.ts',
      'examples/testing/hostile.test.ts',
      'examples/testing/vitest.test.ts',
      'examples/migrate/authgear-sample/app.test.ts',
      'examples/migrate/aws-jwt-verify/app.test.ts',
      'examples/shapes.test.ts',
      'examples/recipes/nest-guard.test.ts',
      'test/examples.test.ts',
      'test/examples-life.test.ts',
      'test/examples-nest.test.ts',
      'test/docs/configuration.test.ts',
      'test/docs/errors.test.ts',
      'test/docs/links.test.ts',
      'test/docs/test-issuers.test.ts',
      'test/issuers/examples.test.ts',
    ],
  },
  {
    why: 'runs apps beside those of other libraries, which are for Node',
    files: [
      'test/migrate/authgear-sample.test.ts',
      'test/migrate/aws-jwt-verify.test.ts',
      'test/migrate/express-jwt.test.ts',
      'test/migrate/express-oauth2-jwt-bearer.test.ts',
      'test/migrate/jose.test.ts',
      'test/migrate/koa-jwt.test.ts',
      'test/migrate/pages.test.ts',
      'test/migrate/passport-jwt.test.ts',
    ],
  },
  {
    why: "expects Node's words for a broken connection, and a verification that takes less than 50 ms, which fails on a machine that runs the suites of two runtimes at once",
    files: ['test/composition/fastify-errors.test.ts'],
  },
  {
    why: 'tests the matchers and fixtures for Vitest itself, which runs in Node, and the tests that are declared for it and for node:test',
    files: [
      'test/testing/hostile-describe.test.ts',
      'test/testing/vitest.test.ts',
      'test/testing/vitest-options.test.ts',
    ],
  },
  {
    why: 'tests the fetch of undici, which is for Node',
    files: ['test/core/remote/undici.test.ts'],
  },
  {
    why: 'puts a module of its own in place of one of src, which the package as it ships does not allow',
    files: ['test/adapters/schemes.test.ts'],
  },
  {
    why: 'logs in at an issuer that node:http serves, with clients that do not depend on the runtime',
    files: [
      'test/testing/oauth/clients.test.ts',
      'test/testing/oauth/cross-origin.test.ts',
      'test/testing/oauth/login.test.ts',
      'test/testing/oauth/shapes.test.ts',
      'test/testing/oauth/token.test.ts',
      'test/testing/oauth/token-status.test.ts',
    ],
  },
  {
    why: 'asks servers of Node by a fetch that is made of node:http',
    files: ['test/issuers/fetch-with-host.test.ts'],
  },
  {
    why: 'loads the modules of src a second time, which only Vitest itself can do',
    files: ['test/adapters/copies.test.ts'],
  },
  {
    why: 'starts a process of Node, because it puts members on Object.prototype that would break a test runner',
    files: ['test/attacks/polluted-prototype.test.ts'],
  },
  {
    why: "reads the list of reasons from the source, which another runtime's copy of the tests does not have",
    files: ['test/core/hints/reasons.test.ts'],
  },
  {
    why: 'holds that a private key which cannot be used is refused at construction, which only Node tells',
    files: ['test/core/client/authentication.test.ts'],
  },
  {
    why: 'tests NODE_DEBUG, a variable of Node',
    files: ['test/core/debug.test.ts'],
  },
  {
    why: 'measures the memory that 10,000 issuers take in a process of Node, which takes long',
    files: ['test/core/issuers/capacity.test.ts'],
  },
  {
    why: "measures the memory and the sockets that Node's fetch takes when an issuer fails",
    files: ['test/core/remote/http.test.ts'],
  },
]
