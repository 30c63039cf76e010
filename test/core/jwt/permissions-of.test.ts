import type { IssuerOptions } from 'tollgate'
import { createVerifier } from 'tollgate'
import type { Claims } from 'tollgate/testing'
import { createTestIssuer } from 'tollgate/testing'
import { describe, expect, it } from 'vitest'

const issuer = createTestIssuer()

async function permissionsOf(table: unknown, claims: Claims): Promise<readonly string[]> {
  const options = { issuer: issuer.url, profile: 'jwt', permissionsOf: table } as IssuerOptions
  const verifier = createVerifier({ ...issuer.trust(), issuer: options })
  const token = issuer.mint(claims)
  const { permissions, roles } = await verifier.verify(token)
  const { permissions: again, roles: rolesAgain } = await verifier.verify(token)
  expect([again, rolesAgain]).toEqual([permissions, roles])
  expect(Object.isFrozen(permissions)).toBe(true)
  return permissions
}

describe('the permissions of roles', () => {
  const table = { admin: ['orders:write', 'orders:read'], clerk: ['orders:read'], guest: [] }

  it.each<[string, Claims, readonly string[]]>([
    ['of a role', { roles: ['clerk'] }, ['orders:read']],
    ['of several roles, each once', { roles: ['clerk', 'admin'] }, ['orders:read', 'orders:write']],
    [
      'of a role, after those in the token',
      { roles: ['clerk'], permissions: ['stock:read', 'orders:read'] },
      ['stock:read', 'orders:read'],
    ],
    ['of a role that permits nothing', { roles: ['guest'] }, []],
    ['of no role', {}, []],
    ['of a role that is not in the table', { roles: ['Admin'], permissions: ['a'] }, ['a']],
    [
      'of roles with names of inherited members',
      { roles: ['constructor', '__proto__', 'toString'] },
      [],
    ],
    ['of a claim that is no list of roles', { roles: 'admin' }, []],
  ])('the permissions %s are those of the Auth, fresh and cached', async (_, claims, expected) => {
    expect(await permissionsOf(table, claims)).toEqual(expected)
  })

  it('a role may have any name', async () => {
    const named = JSON.parse('{ "__proto__": ["a"], "constructor": ["b"], "identity": ["c"] }')
    const roles = ['__proto__', 'constructor', 'identity']
    expect(await permissionsOf(named, { roles })).toEqual(['a', 'b', 'c'])
  })

  it('the table is copied: later changes of it change nothing', async () => {
    const clerk = ['orders:read']
    const own = { clerk }
    const verifier = createVerifier({
      ...issuer.trust(),
      issuer: { issuer: issuer.url, permissionsOf: own },
    })
    clerk.push('orders:write')
    Object.assign(own, { clerk: ['all'] })
    const { permissions } = await verifier.verify(issuer.mint({ roles: ['clerk'] }))
    expect(permissions).toEqual(['orders:read'])
  })

  it('an answer of a resolver with another table counts, whatever roles are named', async () => {
    let names = ['read']
    const verifier = createVerifier({
      ...issuer.trust(),
      issuer: (iss) => ({ issuer: iss, permissionsOf: { identity: ['none'], clerk: names } }),
    })
    const token = issuer.mint({ roles: ['clerk'] })
    expect((await verifier.verify(token)).permissions).toEqual(['read'])
    names = ['write']
    issuer.clock.advance(601)
    expect((await verifier.verify(issuer.mint({ roles: ['clerk'] }))).permissions).toEqual([
      'write',
    ])
    issuer.clock.reset()
  })

  it.each<[string, unknown, RegExp]>([
    ['a list', [['admin', ['a']]], /must be a plain object, not an array/],
    ['a Map', new Map([['admin', ['a']]]), /must be a plain object/],
    ['a text', 'admin', /must be a plain object, not a string/],
    ['null', null, /must be a plain object, not null/],
    [
      'a text as permissions',
      { admin: 'a' },
      /must give role 'admin' an array of permissions, not a string/,
    ],
    ['a number among permissions', { admin: [1] }, /must be a non-empty string, not 1/],
    ['an empty permission', { admin: [''] }, /must be a non-empty string, not an empty string/],
  ])('T16: permissionsOf with %s is refused at construction', async (_, table, message) => {
    await expect(permissionsOf(table, {})).rejects.toThrow(message)
    await expect(permissionsOf(table, {})).rejects.toThrow(
      /^tollgate: of issuer https:\/\/issuer\.test: option 'permissionsOf' /,
    )
  })

  it('T16: permissionsOf among the options of the verifier is refused, and told where it belongs', () => {
    const options = { ...issuer.trust(), permissionsOf: {} }
    expect(() => createVerifier(options as never)).toThrow(
      /'permissionsOf' in the verifier options: it belongs to one issuer/,
    )
  })
})
