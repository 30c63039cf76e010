import { inspect } from 'node:util'
import { expect } from 'vitest'

/** Every text that a log, a serializer or a debugger could show for a value. */
export function everythingShown(value: unknown): string {
  const shown: string[] = []
  const seen = new Set<unknown>()
  const visit = (one: unknown): void => {
    if (typeof one === 'string') shown.push(one)
    if (typeof one !== 'object' || one === null || seen.has(one)) return
    seen.add(one)
    for (const key of Reflect.ownKeys(one)) visit(Reflect.get(one, key))
  }
  visit(value)
  shown.push(String(value), JSON.stringify(value), inspect(value, { depth: 9, showHidden: true }))
  return shown.join('\n')
}

/**
 * Expects that a value shows neither the token, nor a part of it, nor the given values of claims.
 */
export function expectNoLeak(value: unknown, token: string, ...claims: readonly string[]): void {
  const shown = everythingShown(value)
  const secrets = [token, ...token.split('.'), ...claims].filter(({ length }) => length > 5)
  for (const secret of secrets) {
    expect(shown).not.toContain(secret)
  }
}
