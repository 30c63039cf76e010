import * as nodeTest from 'node:test'
import { createAuth } from 'tollgate/fetch'
import type { HostileOptions, HostileTarget, TestIssuer, TestRunner } from 'tollgate/testing'
import { createTestIssuer, describeHostileTokens, hostileTokens } from 'tollgate/testing'
import { describe, expect, expectTypeOf, it, test } from 'vitest'
import { createApp } from '../../examples/express.ts'
import { guardWith } from './hostile/flawed-guards.ts'

const issuer = createTestIssuer()
const options = { issuer, path: '/orders', scope: 'orders:read' }

// What a user writes, with the functions of Vitest.
const app = createApp(issuer.trust())
describeHostileTokens({ describe, test: it }, () => app, options)

interface Declared {
  readonly names: readonly string[]
  readonly skipped: readonly string[]
  /** The names of the tests that fail, with their messages. */
  run(only?: RegExp): Promise<ReadonlyMap<string, string>>
}

/** Declares the tests without running them. */
function declare(
  target: () => HostileTarget | Promise<HostileTarget>,
  more: Partial<HostileOptions> = {},
): Declared {
  const tests = new Map<string, () => Promise<void>>()
  const skipped: string[] = []
  const runner: TestRunner = {
    describe: (_, body) => body(),
    test: Object.assign((name: string, run: () => Promise<void>) => void tests.set(name, run), {
      skip: (name: string) => void skipped.push(name),
    }),
  }
  describeHostileTokens(runner, target, { ...options, ...more })
  return {
    names: [...tests.keys()],
    skipped,
    async run(only = /^/) {
      const failures = new Map<string, string>()
      for (const [name, run] of tests) {
        if (only.test(name)) await run().catch((error) => failures.set(name, error.message))
      }
      return failures
    },
  }
}

function ordersOf(trusted: TestIssuer, requirements = {}): HostileTarget {
  const { guard } = createAuth(trusted.trust())
  return { fetch: guard(() => new Response('[]'), requirements) }
}

describe('describeHostileTokens', () => {
  it('declares one test for each case that can fail, and one for the route', () => {
    const { names } = declare(() => app)
    const cases = hostileTokens({ issuer, scope: 'orders:read' }).filter(
      ({ level }) => level !== 'info',
    )
    expect(cases.length).toBeGreaterThan(150)
    expect(names).toEqual([
      'refuses a request without a token, and lets the good token pass',
      ...cases.map(({ id, title }) => `rejects ${id}: ${title}`),
    ])
  })

  it('a flawed app fails the tests of its flaw alone, with a message that names it', async () => {
    const target = guardWith(issuer, {
      opens: (request) => request.headers.get('authorization')?.endsWith('.') ?? false,
    })
    const failures = await declare(() => target, { scope: 'x' }).run(/ (alg|sig)\//)
    expect([...failures.keys()].join()).toContain('rejects alg/none:')
    for (const [name, message] of failures) {
      expect(message).toMatch(/^GET \/orders: 1 of 1 hostile tokens went wrong/)
      expect(message).toContain(name.replace(/^rejects (.+?):.*$/s, '$1'))
    }
    const passed = declare(() => target).names.filter((name) => / (alg|sig)\//.test(name))
    expect(failures.size).toBeLessThan(passed.length / 2)
  })

  it('the first test fails for a route without a guard, for one that refuses the good token, and for one that demands no scope', async () => {
    const first = /^refuses a request/
    const open: HostileTarget = { fetch: () => new Response('[]') }
    expect([...(await declare(() => open).run(first)).values()]).toEqual([
      'GET /orders is not protected: it answered 200 without a token.',
    ])
    const foreign = ordersOf(createTestIssuer())
    expect([...(await declare(() => foreign).run(first)).values()].join()).toContain(
      'refused the good token',
    )
    const lax = ordersOf(issuer)
    expect([...(await declare(() => lax).run(first)).values()].join()).toContain('scope')
    const strict = ordersOf(issuer, { scope: 'orders:read' })
    expect([...(await declare(() => strict).run(first)).values()]).toEqual([])
  })

  it('cases with a reason to be skipped are declared as skipped, or left out where the runner has no skip', () => {
    const skip = { 'alg/none': 'a reason' }
    const { names, skipped } = declare(() => app, { skip })
    expect(skipped).toHaveLength(1)
    expect(skipped[0]).toMatch(/^rejects alg\/none: .+ \(skipped: a reason\)$/)
    expect(names.some((name) => name.startsWith('rejects alg/none:'))).toBe(false)
    const declared: string[] = []
    const bare = {
      describe: (_: string, body: () => void) => body(),
      test: (name: string) => declared.push(name),
    }
    describeHostileTokens(bare, () => app, { ...options, skip, only: ['alg/none', 'alg/None'] })
    expect(declared).toHaveLength(2)
  })

  it('calls for the app in each test, which may be a new one', async () => {
    let made = 0
    const tests = declare(
      async () => {
        made += 1
        return ordersOf(issuer, { scope: 'orders:read' })
      },
      { only: ['alg/none', 'sig/empty'] },
    )
    expect(made).toBe(0)
    expect((await tests.run()).size).toBe(0)
    expect(made).toBe(3)
  })

  it('a case that can no longer be built fails, because nothing was proven', async () => {
    const changing = createTestIssuer({ alg: 'ES256' })
    const strict = ordersOf(changing, { scope: 'orders:read' })
    const { names, run } = declare(() => strict, { issuer: changing, only: ['ecdsa/r0-s0'] })
    expect(names).toHaveLength(2)
    changing.keys.rotate({ alg: 'EdDSA' })
    const failures = await run(/ecdsa/)
    expect([...failures.values()].join()).toContain(
      'ecdsa/r0-s0 cannot be built, because the issuer has another',
    )
  })

  it('takes the functions of node:test', () => {
    // The compiler checks this: their signatures are not those of Vitest.
    expectTypeOf({ describe: nodeTest.describe, test: nodeTest.it }).toExtend<TestRunner>()
  })

  test.each<[string, unknown, unknown, object, string]>([
    ['no runner', undefined, () => app, {}, 'write { describe, test: it }'],
    [
      'an app in the place of a function that gives it',
      { describe, test },
      { fetch() {} },
      {},
      'write () => app',
    ],
    ['an unknown option', { describe, test }, () => app, { pth: '/' }, "did you mean 'path'"],
    [
      'cases that never fail alone',
      { describe, test },
      () => app,
      { levels: ['info'] },
      'leave no case that can fail',
    ],
  ])('refuses %s', (_, runner, target, more, message) => {
    const call = () =>
      describeHostileTokens(runner as TestRunner, target as () => HostileTarget, {
        ...options,
        ...more,
      })
    expect(call).toThrow(TypeError)
    expect(call).toThrow(message)
  })
})
