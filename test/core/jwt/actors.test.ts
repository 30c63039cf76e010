import type { AuthError } from 'tollgate'
import { createVerifier } from 'tollgate'
import { createTestIssuer } from 'tollgate/testing'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'

const issuer = createTestIssuer()
const claims = z.object({ sub: z.string() })

/** How a verifier reads claims, and whether it keeps them. */
const verifiers = [
  ['without a schema', createVerifier(issuer.trust())],
  ['without a token cache', createVerifier(issuer.trust({ tokenCache: false }))],
  ['with a schema', createVerifier({ ...issuer.trust(), claims })],
  ["under the profile 'jwt'", createVerifier(issuer.trust({ profile: 'jwt' }))],
] as const

/** A chain of actors, the current one first: `actor-1`, who acts for `actor-2`, and so on. */
function chain(length: number): object {
  const act = length > 1 ? { act: chain(length - 1) } : {}
  return { sub: `actor-${length}`, ...act }
}

describe.each(verifiers)('auth.actors of a verifier %s', (_, verifier) => {
  it('auth.actors is empty where nobody acts for the subject', async () => {
    const { actors } = await verifier.verify(issuer.mint())
    expect(actors).toEqual([])
    expect(Object.isFrozen(actors)).toBe(true)
  })

  it('auth.actors holds the current actor first, then those who acted before, cached or not', async () => {
    // The example of RFC 8693 section 4.1, with a few claims more.
    const before = { sub: 'https://service77.example.com', iss: 'https://login.example.com' }
    const current = { sub: 'https://service16.example.com', client_id: 'app-1', team: { id: 7 } }
    const token = issuer.mint({ sub: 'alice', act: { ...current, act: before } })
    for (let time = 0; time < 3; time++) {
      const { subject, actors } = await verifier.verify(token)
      expect(subject).toBe('alice')
      expect(actors).toStrictEqual([current, before])
      for (const part of [actors, ...actors, actors[0]?.['team']]) {
        expect(Object.isFrozen(part)).toBe(true)
      }
    }
  })

  it('a chain of ten actors is read, and one of eleven is refused', async () => {
    const { actors } = await verifier.verify(issuer.mint({ act: chain(10) }))
    expect(actors.map(({ sub }) => sub)).toEqual(
      Array.from({ length: 10 }, (_, i) => `actor-${10 - i}`),
    )
    await expect(verifier.verify(issuer.mint({ act: chain(11) }))).rejects.toMatchObject({
      status: 401,
      reason: 'claims',
    })
  })

  it.each<[string, unknown]>([
    ['null', null],
    ['a text', 'actor-1'],
    ['a number', 1],
    ['true', true],
    ['an array', [{ sub: 'actor-1' }]],
    ['an empty object', {}],
    ['an actor without sub', { client_id: 'app-1' }],
    ['an actor whose sub is empty', { sub: '' }],
    ['an actor whose sub is a number', { sub: 1 }],
    ['an actor whose iss is a number', { sub: 'a', iss: 1 }],
    ['an actor whose client_id is null', { sub: 'a', client_id: null }],
    ['an actor who acts after null', { sub: 'a', act: null }],
    ['an actor who acts after nobody', { sub: 'a', act: {} }],
    ['an actor who acts after a list', { sub: 'a', act: { sub: 'b', act: [] } }],
  ])('a token whose act is %s is refused for its claims', async (_, act) => {
    const refused: AuthError = await verifier.verify(issuer.mint({ act })).then(
      () => expect.fail('the token was accepted'),
      (error) => error,
    )
    expect(refused).toMatchObject({ status: 401, error: 'invalid_token', reason: 'claims' })
  })
})

it('a schema that changes what it is given changes no actor', async () => {
  const vandal = {
    '~standard': {
      version: 1,
      vendor: 'test',
      validate(value: unknown) {
        const given = value as { act: { sub: string; team: { id: number } } }
        given.act.sub = 'root'
        given.act.team.id = 0
        return { value: given }
      },
    },
  } as const
  const verifier = createVerifier({ ...issuer.trust(), claims: vandal as never })
  const auth = await verifier.verify(issuer.mint({ act: { sub: 'a', team: { id: 7 } } }))
  expect(auth.actors).toEqual([{ sub: 'a', team: { id: 7 } }])
  expect(auth.claims).toMatchObject({ act: { sub: 'root', team: { id: 0 } } })
})

it('members named act, sub and iss on the chain of an actor are read as its own alone', async () => {
  const verifier = createVerifier(issuer.trust())
  const payload = JSON.parse(
    Buffer.from(issuer.mint().split('.')[1] as string, 'base64url').toString(),
  ) as object
  const raw = `${JSON.stringify(payload).slice(0, -1)},"act":{"sub":"a","__proto__":{"iss":"b"}}}`
  const { actors } = await verifier.verify(issuer.mint({}, { raw }))
  expect(Object.keys(actors[0] as object)).toEqual(['sub', '__proto__'])
  expect(actors[0]?.iss).toBeUndefined()
})
