import { createVerifier } from 'tollgate'
import { describe, expect, it } from 'vitest'
import { client, createStage, outcomeOf } from './stage.ts'

const type = 'application/token-introspection+jwt'
const signs = { metadata: { introspection_signing_alg_values_supported: ['ES256'] } }

describe('signed answers (RFC 9701)', () => {
  it('are asked for where the metadata says that the issuer signs answers', async () => {
    const stage = createStage({}, {}, signs)
    const { issuer, verifier } = stage
    const auth = await verifier.verify(issuer.opaque({ sub: 'alice', scope: 'a' }))
    expect(auth).toMatchObject({ subject: 'alice', scopes: ['a'] })
    const call = issuer.requests.all.find(({ endpoint }) => endpoint === 'introspection')
    expect(call?.headers.get('accept')).toBe(`${type}, application/json;q=0.9`)
    expect(issuer.requests.count('jwks')).toBe(1)
    expect(await stage.outcome('nobody')).toBe('401 inactive')
  })

  it('plain JSON is accepted all the same: it came from the issuer by https', async () => {
    const stage = createStage({}, {}, signs)
    stage.answer({ active: false })
    expect(await stage.outcome()).toBe('401 inactive')
  })

  const now = (): number => 1_700_000_000
  const payload = {
    iss: 'https://issuer.test',
    aud: client.clientId,
    iat: now(),
    token_introspection: {
      active: true,
      aud: 'https://api.test',
      sub: 'alice',
      exp: now() + 600,
    },
  }
  const typ = { typ: 'token-introspection+jwt' }

  it.each([
    ['all in order', {}, {}, 'accepted'],
    ['the audience of the API', { aud: ['https://api.test'] }, {}, 'accepted'],
    ['a type with application/', {}, { header: { typ: `application/${typ.typ}` } }, 'accepted'],
    ['another type', {}, { header: { typ: 'JWT' } }, '503 introspection'],
    ['the type of access tokens', {}, { header: { typ: 'at+jwt' } }, '503 introspection'],
    ['no type', {}, { header: { typ: undefined } }, '503 introspection'],
    ['crit', {}, { header: { ...typ, crit: ['x'] } }, '503 introspection'],
    ['another issuer', { iss: 'https://other.test' }, {}, '503 introspection'],
    ['no issuer', { iss: undefined }, {}, '503 introspection'],
    ['another client', { aud: 'other-api' }, {}, '503 introspection'],
    ['no audience', { aud: undefined }, {}, '503 introspection'],
    ['no iat', { iat: undefined }, {}, '503 introspection'],
    ['an iat that is a text', { iat: 'now' }, {}, '503 introspection'],
    ['an old answer', { iat: now() - 400 }, {}, '503 introspection'],
    ['an answer of the future', { iat: now() + 60 }, {}, '503 introspection'],
    ['no answer in it', { token_introspection: undefined }, {}, '503 introspection'],
    [
      'the answer at its top',
      { token_introspection: undefined, active: true },
      {},
      '503 introspection',
    ],
    ["an attacker's key", {}, { key: 'attacker' as const }, '503 introspection'],
    ['an unknown key', {}, { key: 'unpublished' as const }, '503 introspection'],
  ])('%s', async (_, members, options, outcome) => {
    const stage = createStage()
    stage.issuer.clock.set(now() * 1000)
    const raw = JSON.stringify({ ...payload, ...members })
    const { header = typ, ...rest } = options as { header?: object }
    stage.answer(stage.issuer.mint({}, { raw, header: { ...header }, ...rest }), type)
    expect(await stage.outcome('opaque-token')).toBe(outcome)
  })

  it('one without a signature, or encrypted, is none', async () => {
    const stage = createStage()
    stage.issuer.clock.set(now() * 1000)
    const jwt = stage.issuer.mint({}, { raw: JSON.stringify(payload), header: typ })
    const [header, body] = jwt.split('.')
    for (const text of [`${header}.${body}.`, `${header}.${body}.AAAA`, `${jwt}.AA.AA`]) {
      stage.answer(text, type)
      expect(await outcomeOf(fresh(stage), 'opaque-token')).toBe('503 introspection')
    }
  })

  it('is no access token, though its issuer has signed it', async () => {
    const { issuer } = createStage()
    const raw = { ...payload, iat: Math.floor(issuer.now() / 1000), aud: 'https://api.test' }
    const claims = { sub: 'alice', client_id: 'app', jti: '1', exp: raw.iat + 60, ...raw }
    const jwt = issuer.mint({}, { raw: JSON.stringify(claims), header: typ })
    for (const profile of ['rfc9068', 'jwt'] as const) {
      const verifier = createVerifier({ ...issuer.trust(), profile })
      expect(await outcomeOf(verifier, jwt)).toBe('401 token-type')
    }
  })

  /** Another verifier of the same issuer, which nothing holds back. */
  function fresh({ issuer }: ReturnType<typeof createStage>) {
    return createVerifier({
      ...issuer.trust(),
      issuer: { issuer: issuer.url, introspection: { ...client } },
    })
  }
})
