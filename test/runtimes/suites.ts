/** Which test files run as which suite, and which of them a runtime does without, and why. */
export interface Suite {
  readonly name: string
  readonly files: readonly string[]
  /** Which adapters the tests go through that go through every adapter: Hono and fetch, or what Node's HTTP server calls. */
  readonly adapters: 'portable' | 'framework'
  /** Files that some runtimes do without, and why. */
  readonly without?: Readonly<
    Record<string, { readonly on: readonly string[]; readonly why: string }>
  >
  /** Where it does not run at all, and why. */
  readonly not?: Readonly<Record<string, string>>
}

const framed = { on: ['workerd'], why: 'goes through Express, Koa or a server of Node' } as const

const long = {
  on: ['Node 20', 'Node 22', 'Node 24'],
  why: 'takes long, and `npm test` runs it on Node: only the timers and clocks of another runtime could differ',
} as const

export const suites: readonly Suite[] = [
  { name: 'adapters', files: ['test/adapters.test.ts'], adapters: 'portable' },
  { name: 'hostile', files: ['test/adapters/hostile.test.ts'], adapters: 'portable' },
  {
    name: 'core',
    files: [
      'test/core/claims-schema.test.ts',
      'test/core/token-cache.test.ts',
      'test/core/options.test.ts',
      'test/core/resolver.test.ts',
      'test/core/signature.test.ts',
      'test/core/verifier.test.ts',
      'test/core/keys/lost.test.ts',
      'test/core/keys/model.test.ts',
      'test/core/keys/policy.test.ts',
      'test/core/keys/promises.test.ts',
    ],
    adapters: 'portable',
    without: {
      'test/core/claims-schema.test.ts': framed,
      'test/core/options.test.ts': framed,
      'test/core/keys/model.test.ts': long,
      'test/core/keys/promises.test.ts': long,
    },
  },
  {
    name: 'http',
    files: [
      'test/http/credentials.test.ts',
      'test/http/head.test.ts',
      'test/http/requirements.test.ts',
      'test/http/second-guard.test.ts',
      'test/http/thrown.test.ts',
    ],
    adapters: 'portable',
    without: {
      'test/http/requirements.test.ts': framed,
      'test/http/second-guard.test.ts': framed,
      'test/http/thrown.test.ts': framed,
    },
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
    name: 'testing',
    files: [
      'test/testing/bad.test.ts',
      'test/testing/clock.test.ts',
      'test/testing/faults.test.ts',
      'test/testing/hostile.test.ts',
      'test/testing/hostile-targets.test.ts',
      'test/testing/hostile-verdicts.test.ts',
      'test/testing/hostile-witnesses.test.ts',
      'test/testing/issuer.test.ts',
      'test/testing/keys.test.ts',
      'test/testing/mint.test.ts',
      'test/testing/serve.test.ts',
      'test/testing/transport.test.ts',
      'test/testing/trust.test.ts',
    ],
    adapters: 'portable',
    without: {
      'test/testing/hostile.test.ts': framed,
      'test/testing/hostile-targets.test.ts': framed,
      'test/testing/hostile-verdicts.test.ts': framed,
      'test/testing/hostile-witnesses.test.ts': {
        on: ['workerd', 'Node 20', 'Node 22', 'Node 24'],
        why: 'tries the catalogue on guards made of node:crypto: workerd has it in part, and `npm test` runs it on Node',
      },
      'test/testing/issuer.test.ts': framed,
      'test/testing/serve.test.ts': framed,
      'test/testing/trust.test.ts': framed,
    },
  },
  {
    name: 'frameworks',
    files: ['test/adapters.test.ts', 'test/adapters/hostile.test.ts'],
    adapters: 'framework',
    not: { workerd: 'a Worker is called with a Request: there is no socket to listen on' },
  },
]
