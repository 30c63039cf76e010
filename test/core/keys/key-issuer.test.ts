import type { JWK } from 'jose'
import type { AuthEvent, IssuerOptions, IssuerResolver } from 'tollgate'
import { createVerifier } from 'tollgate'
import type { TestKey } from 'tollgate/testing'
import { createTestIssuer } from 'tollgate/testing'
import { describe, expect, it } from 'vitest'
import { isNamedByKey } from '../../../src/core/keys/key-issuer.ts'
import { verdictOf } from '../verdict.ts'

const tenant = '72f988bf-86f1-41af-91ab-2d7cd011db47'
const personal = '9188040d-6c67-4c5b-b112-36a304b66dad'
const v1 = `https://sts.windows.net/${tenant}/`
const v2 = `https://login.microsoftonline.com/${tenant}/v2.0`
const any = 'https://login.microsoftonline.com/{tenantid}/v2.0'
const jwksUri = 'https://login.microsoftonline.com/common/discovery/v2.0/keys'

describe('T4: the member issuer of a JWK', () => {
  it.each([
    ['the issuer itself', v2, v2],
    ['an issuer that is no URL', 'project-1', 'project-1'],
    ['the tenants of the issuer', any, v2],
    ['a template at another place', 'https://a.test/{tenantid}/b/c', 'https://a.test/x/b/c'],
    ['a template at the end of the path', 'https://a.test/b/{tenantid}', 'https://a.test/b/x'],
    ['the v2 issuer of the tenant, for v1', v2, v1],
    ['the v2 issuer of every tenant, for v1', any, v1],
    ['the v1 issuer of the tenant, for v2', v1, v2],
    ['the v1 issuer of every tenant, for v2', 'https://sts.windows.net/{tenantid}/', v2],
    [
      'the v2 issuer of the US Government, for v1',
      'https://login.microsoftonline.us/{tenantid}/v2.0',
      v1,
    ],
    [
      'the v1 issuer, for v2 of the US Government',
      v1,
      `https://login.microsoftonline.us/${tenant}/v2.0`,
    ],
    [
      'the v2 issuer of China, for v1',
      `https://login.partner.microsoftonline.cn/${tenant}/v2.0`,
      `https://sts.chinacloudapi.cn/${tenant}/`,
    ],
    [
      'the v1 issuer of China, for v2',
      'https://sts.chinacloudapi.cn/{tenantid}/',
      `https://login.partner.microsoftonline.cn/${tenant}/v2.0`,
    ],
  ])('a key that names %s is used', (_, named, issuer) => {
    expect(isNamedByKey(named, issuer)).toBe(true)
  })

  it.each([
    ['another tenant', `https://login.microsoftonline.com/${personal}/v2.0`, v2],
    ['another tenant, for v1', `https://login.microsoftonline.com/${personal}/v2.0`, v1],
    ['another tenant of v1, for v2', `https://sts.windows.net/${personal}/`, v2],
    ['the issuer and a slash', `${v2}/`, v2],
    ['the issuer without its slash', v1.slice(0, -1), v1],
    ['the issuer in upper case', v2.toUpperCase(), v2],
    ['nothing', '', v2],
    ['a longer path', `${any}/x`, v2],
    ['a shorter path', 'https://login.microsoftonline.com/{tenantid}', v2],
    ['a placeholder for two segments', 'https://login.microsoftonline.com/{tenantid}', v2],
    ['a placeholder for no segment', any, 'https://login.microsoftonline.com//v2.0'],
    ['a placeholder for a path', any, `https://login.microsoftonline.com/a/${tenant}/v2.0`],
    ['a placeholder for a query', 'https://a.test/{tenantid}', 'https://a.test/?a=b'],
    ['a placeholder for a fragment', 'https://a.test/{tenantid}', 'https://a.test/#a'],
    ['a placeholder for a part of a segment', 'https://a.test/t-{tenantid}', 'https://a.test/t-1'],
    ['a placeholder before a text', 'https://a.test/{tenantid}-t', 'https://a.test/1-t'],
    ['a placeholder for the host', 'https://{tenantid}/v2.0', 'https://evil.test/v2.0'],
    ['a placeholder for a part of the host', 'https://{tenantid}.test/', 'https://a.test/'],
    ['a placeholder alone', '{tenantid}', 'project-1'],
    ['two placeholders', 'https://a.test/{tenantid}/{tenantid}', 'https://a.test/1/1'],
    ['two placeholders for one', 'https://a.test/{tenantid}/{tenantid}', 'https://a.test/1/'],
    ['a placeholder in upper case', 'https://a.test/{TENANTID}', 'https://a.test/1'],
    ['another placeholder', 'https://a.test/{tenant}', 'https://a.test/1'],
    ['another host with a placeholder', 'https://evil.test/{tenantid}/v2.0', v2],
    [
      'the v2 issuer of the public cloud, for v2 of the US Government',
      any,
      `https://login.microsoftonline.us/${tenant}/v2.0`,
    ],
    [
      'the v2 issuer of China, for v1',
      'https://login.partner.microsoftonline.cn/{tenantid}/v2.0',
      v1,
    ],
    ['the v2 issuer, for v1 of China', any, `https://sts.chinacloudapi.cn/${tenant}/`],
  ])('a key that names %s is not used', (_, named, issuer) => {
    expect(isNamedByKey(named, issuer)).toBe(false)
  })
})

function createStage(issuer: string | IssuerResolver, place: Partial<IssuerOptions> = { jwksUri }) {
  const test = createTestIssuer({ expiresIn: 3600 })
  test.clock.freeze()
  const events: AuthEvent[] = []
  let published: readonly unknown[] = []
  const verifier = createVerifier({
    issuer: typeof issuer === 'string' ? { issuer, ...place } : issuer,
    audience: test.audience,
    now: test.now,
    fetch: async () => Response.json({ keys: published }),
    onEvent: (event) => void events.push(event),
  })
  const outcomeOf = (token: string): Promise<string> => verdictOf(verifier.verify(token))
  return {
    test,
    events,
    publish: (...keys: readonly unknown[]) => {
      published = keys
    },
    outcome: (iss: string, key: TestKey = test.keys.current) =>
      outcomeOf(test.mint({ iss }, { key })),
    outcomeOf,
  }
}

describe('T4: keys that a provider publishes for all of its tenants', () => {
  it('a token is refused if its key is for another tenant, and accepted if its key is for every tenant', async () => {
    const { test, outcome, publish, events } = createStage(v2)
    const key = test.keys.attacker()
    publish(
      { ...key.publicJwk, issuer: `https://login.microsoftonline.com/${personal}/v2.0` },
      { ...test.keys.current.publicJwk, issuer: any },
    )
    expect(await outcome(v2)).toBe('accepted')
    expect(await outcome(v2, key)).toBe('401 unknown-key')
    expect(events).toContainEqual({
      type: 'keys.ignored',
      issuer: v2,
      kid: key.kid,
      why: 'for another issuer (issuer)',
    })
  })

  it('v1 tokens are accepted by keys that name the v2 issuer', async () => {
    const { test, outcome, publish } = createStage(v1)
    publish({ ...test.keys.current.publicJwk, issuer: any })
    expect(await outcome(v1)).toBe('accepted')
  })

  it('of two tenants with one location of keys, each has its own keys', async () => {
    const other = `https://login.microsoftonline.com/${personal}/v2.0`
    const { test, outcome, publish } = createStage((iss) => ({ issuer: iss, jwksUri }))
    const [key, foreign] = [test.keys.current, test.keys.attacker()]
    publish({ ...key.publicJwk, issuer: v2 }, { ...foreign.publicJwk, issuer: other })
    expect([await outcome(v2, key), await outcome(v2, foreign)]).toEqual([
      'accepted',
      '401 unknown-key',
    ])
    expect([await outcome(other, foreign), await outcome(other, key)]).toEqual([
      'accepted',
      '401 unknown-key',
    ])
  })

  it('a key that is now for another tenant verifies no token after the next refresh, also none that is cached', async () => {
    const { test, outcomeOf, publish } = createStage(v2)
    const jwk = test.keys.current.publicJwk
    const rest = test.keys.attacker().publicJwk
    const token = test.mint({ iss: v2 })
    publish({ ...jwk, issuer: any }, rest)
    expect(await outcomeOf(token)).toBe('accepted')
    publish({ ...jwk, issuer: `https://login.microsoftonline.com/${personal}/v2.0` }, rest)
    expect(await outcomeOf(token)).toBe('accepted')
    test.clock.advance(601)
    expect(await outcomeOf(token)).toBe('401 unknown-key')
  })
})

describe('T4: the member issuer of a key in the option jwks', () => {
  const { publicJwk, kid } = createTestIssuer().keys.current
  const jwks = (...keys: object[]) => ({ jwks: { keys: keys as JWK[] } })
  const restricted = { ...publicJwk, issuer: 'https://other.test' }

  it('a key that names the issuer is used, and one that names another is ignored with an event', async () => {
    const stage = createTestIssuer()
    const given = { ...stage.keys.current.publicJwk, issuer: any }
    const { test, events, outcome } = createStage(v2, jwks(restricted, given))
    expect(await outcome(v2, test.keys.add(stage.keys.current.privateJwk))).toBe('accepted')
    expect(events.filter(({ type }) => type === 'keys.ignored')).toEqual([
      { type: 'keys.ignored', issuer: v2, kid, why: 'for another issuer (issuer)' },
    ])
  })

  it('a set whose keys are all for other issuers is refused at construction', () => {
    expect(() => createStage(v2, jwks(restricted))).toThrow(
      /holds no key that can be used \(for another issuer \(issuer\)\)/,
    )
  })

  it('a key whose issuer is no text is refused at construction', () => {
    expect(() => createStage(v2, jwks({ ...publicJwk, issuer: 1 }))).toThrow(
      /cannot be used: issuer is not a string/,
    )
  })

  it('a key whose issuer is null is used for every issuer', () => {
    expect(() => createStage(v2, jwks({ ...publicJwk, issuer: null }))).not.toThrow()
  })
})
