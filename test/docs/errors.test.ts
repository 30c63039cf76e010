import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  InsufficientScopeError,
  InvalidRequestError,
  InvalidTokenError,
  MissingCredentialsError,
} from 'tollgate'
import { describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '..', '..')
const read = (path: string): string => readFileSync(join(root, path), 'utf8')

/** The reasons of the page, with the status of the part in which each stands. */
function documented(): Map<string, number> {
  const reasons = new Map<string, number>()
  for (const part of read('docs/errors.md').split('\n## ').slice(1)) {
    const status = Number(part.slice(0, 3))
    for (const [row = ''] of part.matchAll(/^\| `.*$/gm)) {
      for (const [, reason = ''] of (row.split(' | ')[0] ?? '').matchAll(/`([a-z-]+)`/g)) {
        expect(reasons.has(reason), `${reason} is there once`).toBe(false)
        reasons.set(reason, status)
      }
    }
  }
  return reasons
}

describe('docs/errors.md', () => {
  it('has a row for every reason of the closed list, and for no other', () => {
    const [, list = ''] = /export type Reason =\n([^\n]*(?:\n {2}\|[^\n]*)*)/.exec(
      read('src/core/errors.ts'),
    ) as RegExpExecArray
    const reasons = Array.from(list.matchAll(/'([a-z-]+)'/g), ([, name]) => name)
    expect(reasons.length).toBeGreaterThan(20)
    expect([...documented().keys()].toSorted()).toEqual(reasons.toSorted())
  })

  it('states the status that the error with the reason has', () => {
    const statuses = documented()
    expect(statuses.get(new MissingCredentialsError().reason)).toBe(401)
    const of = (status: number) =>
      [...statuses].filter(([, one]) => one === status).map(([reason]) => reason)
    for (const reason of of(400)) {
      expect(new InvalidRequestError(reason as never).status).toBe(400)
      expect(reason).toMatch(/-credentials$/)
    }
    const checks = ['formats/jwt', 'formats/jwt-introspection', 'formats/opaque', 'jwt/claims']
    const sources = checks.map((file) => read(`src/core/${file}.ts`)).join('')
    for (const [, reason = ''] of sources.matchAll(
      /(?:InvalidTokenError|invalidToken)\('([a-z-]+)'/g,
    )) {
      expect(statuses.get(reason)).toBe(new InvalidTokenError(reason as never).status)
    }
    expect(of(403)).toContain(new InsufficientScopeError('scope').reason)
    expect(of(503)).toEqual([
      'keys',
      'introspection',
      'exchange',
      'resolver',
      'revocation',
      'userinfo',
    ])
  })
})
