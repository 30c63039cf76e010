/**
 * The tests import this file as `vitest` in runtimes where Vitest itself cannot run. It exports
 * Vitest's own runner, matchers, spies and fake timers, without the worker processes and the module
 * loader around them.
 */
import FakeTimers from '@sinonjs/fake-timers'
import {
  ASYMMETRIC_MATCHERS_OBJECT,
  addCustomEqualityTesters,
  customMatchers,
  getState,
  JestAsymmetricMatchers,
  JestChaiExpect,
  JestExtend,
  setState,
} from '@vitest/expect'
import { format, plugins } from '@vitest/pretty-format'
import { fn, isMockFunction, restoreAllMocks, spyOn } from '@vitest/spy'
import * as chai from 'chai'

export {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  it,
  onTestFinished,
  suite,
  test,
} from '@vitest/runner'
export { expectTypeOf } from 'expect-type'

chai.use(JestExtend)
chai.use(JestChaiExpect)
chai.use(JestAsymmetricMatchers)
chai.use((_chai, { addMethod }) => {
  addMethod(chai.Assertion.prototype, 'toMatchInlineSnapshot', matchInlineSnapshot)
})

/** The `expect` of chai, with the method that JestExtend adds to it. */
const bare = chai.expect as unknown as { extend(expect: unknown, matchers: object): void }
const extend = (matchers: object): void => bare.extend(expect, matchers)

type Expect = typeof import('vitest')['expect']

export const expect = ((value: unknown, message?: string) =>
  chai.expect(value, message)) as unknown as Expect
Object.assign(expect, chai.expect, Reflect.get(globalThis, ASYMMETRIC_MATCHERS_OBJECT), {
  getState: () => getState(expect as never),
  setState: (state: object) => setState(state, expect as never),
  extend,
  addEqualityTesters: addCustomEqualityTesters,
  poll,
})
setState({ assertionCalls: 0, isExpectingAssertions: false } as never, expect as never)
extend(customMatchers)

/** `expect.poll(f).toBe(1)` calls `f` until its result passes the matcher. */
function poll(ask: () => unknown): object {
  const matcher =
    (name: string) =>
    (...args: unknown[]) =>
      waitFor(async () => {
        const assertion = expect(await ask()) as unknown as Record<
          string,
          (...args: unknown[]) => void
        >
        assertion[name]?.(...args)
      })
  return new Proxy({}, { get: (_target, name) => matcher(String(name)) })
}

async function waitFor<T>(
  attempt: () => T | Promise<T>,
  options: number | { timeout?: number; interval?: number } = {},
): Promise<T> {
  const { timeout = 1000, interval = 50 } =
    typeof options === 'number' ? { timeout: options } : options
  // The time is counted and not read from a clock, which stands still in a Worker while no I/O is
  // awaited.
  for (let left = timeout; ; left -= interval) {
    try {
      return await attempt()
    } catch (error) {
      if (left <= 0) throw error
      await new Promise((resolve) => setTimeout(resolve, interval))
    }
  }
}

function matchInlineSnapshot(
  this: Chai.AssertionStatic & { _obj: unknown },
  written: string,
): void {
  const lines = written.split('\n')
  const indent = /^\s*/.exec(lines[1] ?? '')?.[0] ?? ''
  const expected = lines.map((line) => (line.startsWith(indent) ? line.slice(indent.length) : line))
  const printed = format(this._obj, {
    escapeString: false,
    printBasicPrototype: false,
    plugins: Object.values(plugins),
  })
  expect(printed).toBe(expected.join('\n').trim())
}

let clock: ReturnType<typeof FakeTimers.install> | undefined

function timers(): ReturnType<typeof FakeTimers.install> {
  if (clock === undefined) throw new Error('the timers are not faked: vi.useFakeTimers()')
  return clock
}

export const vi = {
  fn,
  spyOn,
  isMockFunction,
  restoreAllMocks,
  waitFor,
  useFakeTimers(options: { now?: number; toFake?: readonly string[] } = {}): void {
    clock?.uninstall()
    const all = Object.keys(FakeTimers.timers) as (keyof typeof FakeTimers.timers)[]
    // Vitest leaves these two real as well, because promises and streams depend on them.
    const usual = all.filter((name) => name !== 'nextTick' && name !== 'queueMicrotask')
    const { toFake = usual } = options
    clock = FakeTimers.install({ now: options.now ?? Date.now(), toFake: toFake as never })
  },
  useRealTimers(): void {
    clock?.uninstall()
    clock = undefined
  },
  advanceTimersByTime: (ms: number) => void timers().tick(ms),
  advanceTimersByTimeAsync: async (ms: number) => void (await timers().tickAsync(ms)),
  getTimerCount: () => timers().countTimers(),
}
