import fc from 'fast-check'
import type { AuthEvent } from 'tollgate'
import type { SecurityEvent } from 'tollgate/revocation'
import { createEventReceiver } from 'tollgate/revocation'
import type { TestIssuer } from 'tollgate/testing'
import { faults } from 'tollgate/testing'
import { describe, expect, test } from 'vitest'
import { runs } from '../runs.ts'
import type { Stage } from './stage.ts'
import { createStage, send, sendEvent } from './stage.ts'

const audience = 'https://api.test'
const caep = 'https://schemas.openid.net/secevent/caep/event-type/'
const risc = 'https://schemas.openid.net/secevent/risc/event-type/'
const iss = 'https://issuer.test'
const alice = { format: 'iss_sub', iss, sub: 'alice' }

function createReceiver(stage: Stage, options: object = {}) {
  const { verifier, store } = stage
  return createEventReceiver({ verifier, audience, store, ...options })
}

function eventOf(type: string, payload: object = {}): { events: Record<string, object> } {
  return { events: { [type]: payload } }
}

test('session-revoked of CAEP revokes what its person was given until then, and is answered 202 with no-store', async () => {
  const stage = createStage()
  const token = stage.issuer.securityEvent({ sub_id: alice }, { age: 5 })
  const answer = await sendEvent(createReceiver(stage), token)
  expect([answer.status, answer.body]).toEqual([202, ''])
  expect(answer.headers.get('cache-control')).toBe('no-store')
  expect(stage.store.revoked).toEqual([
    { issuer: iss, subject: 'alice', before: stage.now() - 5, until: stage.now() + 86_400 },
  ])
  expect(stage.events.at(-1)).toEqual({
    type: 'notice.accepted',
    notice: 'security-event',
    issuer: iss,
    revocations: 1,
  })
})

describe('subject identifiers', () => {
  const session = { format: 'opaque', id: 'dMTlD|1600802906337.16' }
  const email = { format: 'email', email: 'alice@example.com' }
  const device = { format: 'opaque', id: 'device-1' }
  const disabled = `${risc}account-disabled`
  const revoked = `${caep}session-revoked`

  test.each<[string, string, object, object[]]>([
    ['iss_sub', revoked, alice, [{ subject: 'alice' }]],
    ['iss_sub of another issuer', revoked, { ...alice, iss: 'https://other.test' }, []],
    ['jwt_id', revoked, { format: 'jwt_id', iss, jti: 't-1' }, [{ jti: 't-1' }]],
    ['jwt_id of another issuer', revoked, { format: 'jwt_id', iss: 'x', jti: 't-1' }, []],
    ['opaque, of a session', revoked, session, [{ session: session.id }, { subject: session.id }]],
    ['opaque, of an account', disabled, { format: 'opaque', id: 'a' }, [{ subject: 'a' }]],
    ['email', revoked, email, []],
    ['phone_number', revoked, { format: 'phone_number', phone_number: '+1' }, []],
    ['an unknown format', revoked, { format: 'urn:new', x: 1 }, []],
    [
      'complex, with a session',
      revoked,
      { format: 'complex', session, user: alice, device },
      [{ session: session.id }],
    ],
    [
      'complex, with a session, of an account',
      disabled,
      { format: 'complex', session, user: alice },
      [{ subject: 'alice' }],
    ],
    [
      'complex, with a session of an unknown format',
      revoked,
      { format: 'complex', session: email, user: alice },
      [{ subject: 'alice' }],
    ],
    [
      'complex, with a person',
      revoked,
      { format: 'complex', user: alice, device },
      [{ subject: 'alice' }],
    ],
    [
      'complex, with a person who is opaque',
      revoked,
      { format: 'complex', user: { format: 'opaque', id: 'a' } },
      [{ subject: 'a' }],
    ],
    ['complex, with a device alone', revoked, { format: 'complex', device }, []],
    [
      'aliases',
      revoked,
      { format: 'aliases', identifiers: [email, alice, { ...alice, sub: 'a2' }] },
      [{ subject: 'alice' }, { subject: 'a2' }],
    ],
    [
      'aliases in aliases',
      revoked,
      { format: 'aliases', identifiers: [{ format: 'aliases', identifiers: [alice] }] },
      [],
    ],
  ])('%s', async (_, type, sub_id, expected) => {
    const stage = createStage()
    const token = stage.issuer.securityEvent({ sub_id, ...eventOf(type) })
    expect((await sendEvent(createReceiver(stage), token)).status).toBe(202)
    const { revoked: found } = stage.store
    expect(found.map(({ issuer: _i, before: _b, until: _u, ...target }) => target)).toEqual(
      expected,
    )
  })

  test('a session that has ended is revoked for ever, a person until the event, and a token at all', async () => {
    const stage = createStage()
    const receiver = createReceiver(stage, { tokenLifetime: 300 })
    await sendEvent(receiver, stage.issuer.securityEvent({ sub_id: session }))
    const byToken = { sub_id: { format: 'jwt_id', iss, jti: 't' } }
    await sendEvent(receiver, stage.issuer.securityEvent(byToken))
    const [now, until] = [stage.now(), stage.now() + 300]
    expect(stage.store.revoked).toEqual([
      { issuer: iss, session: session.id, before: until, until },
      { issuer: iss, subject: session.id, before: now, until },
      { issuer: iss, jti: 't', until },
    ])
  })

  test.each<[string, object | undefined]>([
    ['none', undefined],
    ['no format', { iss, sub: 'alice' }],
    ['no sub', { format: 'iss_sub', iss }],
    ['a sub that is empty', { ...alice, sub: '' }],
    ['an iss that is no text', { ...alice, iss: 1 }],
    ['an id that is no text', { format: 'opaque', id: 1 }],
    ['aliases that are no list', { format: 'aliases', identifiers: alice }],
    ['too many aliases', { format: 'aliases', identifiers: Array(21).fill(alice) }],
    ['a text', 'alice' as never],
  ])('%s: an event that revokes is refused', async (_, sub_id) => {
    const stage = createStage()
    const answer = await sendEvent(createReceiver(stage), stage.issuer.securityEvent({ sub_id }))
    expect([answer.status, JSON.parse(answer.body).err]).toEqual([400, 'invalid_request'])
    expect(stage.store.revoked).toEqual([])
  })

  test('the subject may stand in the event', async () => {
    const stage = createStage()
    const receiver = createReceiver(stage)
    const within = { sub_id: undefined, ...eventOf(revoked, { subject: alice }) }
    await sendEvent(receiver, stage.issuer.securityEvent(within))
    expect(stage.store.revoked).toMatchObject([{ subject: 'alice' }])
  })

  test('any JSON in its place is answered 202 or 400, and names nobody of another issuer', async () => {
    const stage = createStage()
    const receiver = createReceiver(stage)
    const formats = fc.constantFrom('iss_sub', 'opaque', 'complex', 'aliases', 'jwt_id', 'x')
    const identifierOf = (part: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
      fc.record(
        {
          format: fc.oneof(formats, fc.jsonValue()),
          iss: fc.constantFrom<unknown>(iss, 'https://other.test', 1),
          sub: fc.oneof(fc.string(), fc.jsonValue()),
          id: fc.oneof(fc.string(), fc.jsonValue()),
          user: part,
          session: part,
          identifiers: fc.array(part, { maxLength: 3 }),
        },
        { requiredKeys: [] },
      )
    const identifier = identifierOf(identifierOf(identifierOf(fc.jsonValue())))
    await fc.assert(
      fc.asyncProperty(fc.oneof(identifier, fc.jsonValue()), async (sub_id) => {
        const answer = await sendEvent(receiver, stage.issuer.securityEvent({ sub_id }))
        expect([202, 400]).toContain(answer.status)
      }),
      runs(200),
    )
    for (const { issuer } of stage.store.revoked) expect(issuer).toBe(iss)
  })
})

describe('events', () => {
  test.each([
    `${risc}account-disabled`,
    `${risc}account-purged`,
    `${risc}account-credential-change-required`,
    `${risc}credential-compromise`,
    `${risc}sessions-revoked`,
    'https://schemas.openid.net/secevent/oauth/event-type/tokens-revoked',
  ])('%s revokes', async (type) => {
    const stage = createStage()
    const token = stage.issuer.securityEvent({ sub_id: alice, ...eventOf(type) })
    expect((await sendEvent(createReceiver(stage), token)).status).toBe(202)
    expect(stage.store.revoked).toMatchObject([{ subject: 'alice' }])
  })

  test.each([
    ['revoke', 1],
    ['delete', 1],
    ['create', 0],
    ['update', 0],
  ])('credential-change with change_type %s makes %d revocations', async (change_type, count) => {
    const stage = createStage()
    const event = eventOf(`${caep}credential-change`, { change_type })
    await sendEvent(createReceiver(stage), stage.issuer.securityEvent({ sub_id: alice, ...event }))
    expect(stage.store.revoked).toHaveLength(count)
  })

  test.each([
    `${caep}assurance-level-change`,
    `${caep}device-compliance-change`,
    `${risc}account-enabled`,
    'https://schemas.openid.net/secevent/ssf/event-type/verification',
    'urn:example:new',
    'constructor',
  ])('%s is acknowledged and told, and revokes nothing', async (type) => {
    const stage = createStage()
    const told: SecurityEvent[] = []
    const onSecurityEvent = (event: SecurityEvent): void => void told.push(event)
    const receiver = createReceiver(stage, { onSecurityEvent })
    const token = stage.issuer.securityEvent({
      sub_id: { format: 'email', email: 'a@example.com' },
      jti: 'e-1',
      ...eventOf(type, { state: 'x' }),
    })
    expect((await sendEvent(receiver, token)).status).toBe(202)
    expect(stage.store.revoked).toEqual([])
    expect(told).toEqual([
      {
        issuer: iss,
        jti: 'e-1',
        issuedAt: stage.now(),
        type,
        subject: { format: 'email', email: 'a@example.com' },
        payload: { state: 'x' },
        revocations: [],
      },
    ])
    expect(Object.isFrozen(told[0]?.payload)).toBe(true)
  })

  test('several in one token are all carried out', async () => {
    const stage = createStage()
    const events = { [`${caep}session-revoked`]: {}, [`${risc}account-disabled`]: {}, 'urn:x': {} }
    await sendEvent(createReceiver(stage), stage.issuer.securityEvent({ sub_id: alice, events }))
    expect(stage.store.revoked).toHaveLength(2)
  })
})

const refused: readonly (readonly [string, (issuer: TestIssuer) => string, string, RegExp])[] = [
  [
    'another typ',
    (issuer) => issuer.securityEvent({}, { header: { typ: 'JWT' } }),
    'invalid_request',
    /typ/,
  ],
  [
    'no typ',
    (issuer) => issuer.securityEvent({}, { header: { typ: undefined } }),
    'invalid_request',
    /typ/,
  ],
  ['no jti', (issuer) => issuer.securityEvent({ jti: undefined }), 'invalid_request', /jti/],
  ['no iat', (issuer) => issuer.securityEvent({ iat: undefined }), 'invalid_request', /iat/],
  [
    'an iat in the future',
    (issuer) => issuer.securityEvent({}, { age: -60 }),
    'invalid_request',
    /future/,
  ],
  [
    'an exp that has passed',
    (issuer) => issuer.securityEvent({}, { age: 99, expiresIn: 1 }),
    'invalid_request',
    /no exp/,
  ],
  [
    'no events',
    (issuer) => issuer.securityEvent({ events: undefined }),
    'invalid_request',
    /events/,
  ],
  ['empty events', (issuer) => issuer.securityEvent({ events: {} }), 'invalid_request', /events/],
  [
    'an event that is no object',
    (issuer) => issuer.securityEvent({ events: { 'urn:x': true } }),
    'invalid_request',
    /events/,
  ],
  [
    'too many events',
    (issuer) =>
      issuer.securityEvent({
        events: Object.fromEntries(Array.from({ length: 21 }, (_, i) => [`urn:${i}`, {}])),
      }),
    'invalid_request',
    /events/,
  ],
  [
    'another issuer',
    (issuer) => issuer.securityEvent({ iss: 'https://evil.test' }),
    'invalid_issuer',
    /iss/,
  ],
  [
    'another audience',
    (issuer) => issuer.securityEvent({ aud: 'https://other.test' }),
    'invalid_audience',
    /aud/,
  ],
  ['no audience', (issuer) => issuer.securityEvent({ aud: undefined }), 'invalid_audience', /aud/],
  [
    'the key of an attacker',
    (issuer) => issuer.securityEvent({}, { key: 'attacker', kid: issuer.keys.current.kid }),
    'invalid_key',
    /signature/,
  ],
  [
    'an unknown key',
    (issuer) => issuer.securityEvent({}, { key: 'attacker' }),
    'invalid_key',
    /no key/,
  ],
  [
    'another algorithm',
    (issuer) => issuer.securityEvent({}, { header: { alg: 'HS256' } }),
    'invalid_key',
    /alg/,
  ],
  ['no form of a JWT', () => 'event', 'invalid_request', /no signed JWT/],
  ['a sub', (issuer) => issuer.securityEvent({ sub: 'alice' }), 'invalid_request', /no sub/],
  [
    'a sub in the place of sub_id',
    (issuer) => issuer.securityEvent({ sub_id: undefined, sub: 'alice' }),
    'invalid_request',
    /no sub/,
  ],
  ['an exp', (issuer) => issuer.securityEvent({}, { expiresIn: 60 }), 'invalid_request', /no exp/],
]

test.each(refused)(
  'an event with %s is refused with the code of RFC 8935',
  async (_, make, err, hint) => {
    const stage = createStage()
    const answer = await sendEvent(createReceiver(stage), make(stage.issuer))
    expect(answer.status).toBe(400)
    expect(JSON.parse(answer.body)).toEqual({ err, description: expect.any(String) })
    expect(answer.headers.get('content-type')).toBe('application/json')
    expect(answer.headers.get('content-language')).toBe('en')
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(stage.store.revoked).toEqual([])
    const event = stage.events.findLast(({ type }) => type === 'notice.rejected')
    expect((event as { why: string }).why).toMatch(hint)
  },
)

test('the body must be the token itself, of its media type', async () => {
  const stage = createStage()
  const token = stage.issuer.securityEvent()
  const answer = await send(createReceiver(stage), token, 'application/jwt')
  expect([answer.status, JSON.parse(answer.body).err]).toEqual([400, 'invalid_request'])
})

test('an event has no exp, and may come late', async () => {
  const stage = createStage()
  const token = stage.issuer.securityEvent({}, { age: 86_400 })
  expect((await sendEvent(createReceiver(stage), token)).status).toBe(202)
  expect(stage.store.revoked).toMatchObject([{ before: stage.now() - 86_400 }])
})

test('an event that comes again is answered 202, and is not carried out again', async () => {
  const stage = createStage()
  const told: SecurityEvent[] = []
  const receiver = createReceiver(stage, {
    onSecurityEvent: (event: SecurityEvent) => told.push(event),
  })
  const token = stage.issuer.securityEvent()
  expect((await sendEvent(receiver, token)).status).toBe(202)
  expect((await sendEvent(receiver, token)).status).toBe(202)
  expect([stage.store.revoked.length, told.length]).toEqual([1, 1])
})

describe('what cannot be done now is answered 503, so that the transmitter sends it again', () => {
  test('while the store fails', async () => {
    const stage = createStage()
    const receiver = createReceiver(stage)
    const token = stage.issuer.securityEvent()
    stage.store.failing = new Error(token)
    const failed = await sendEvent(receiver, token)
    expect([failed.status, failed.headers.get('retry-after')]).toEqual([503, '5'])
    expect(JSON.parse(failed.body)).toEqual({ description: expect.any(String) })
    expect(JSON.stringify(stage.events)).not.toContain(token)
    stage.store.failing = undefined
    expect((await sendEvent(receiver, token)).status).toBe(202)
    expect(stage.store.revoked).toHaveLength(1)
  })

  test('while the function of the application fails', async () => {
    const stage = createStage()
    let failing = true
    const onSecurityEvent = async (): Promise<void> => {
      if (failing) throw new TypeError('not now')
    }
    const receiver = createReceiver(stage, { onSecurityEvent })
    const token = stage.issuer.securityEvent()
    expect((await sendEvent(receiver, token)).status).toBe(503)
    failing = false
    expect((await sendEvent(receiver, token)).status).toBe(202)
  })

  test('while the keys of the issuer cannot be had', async () => {
    const stage = createStage()
    stage.issuer.fail('jwks', faults.refuse())
    expect((await sendEvent(createReceiver(stage), stage.issuer.securityEvent())).status).toBe(503)
  })
})

test('a transmitter with a name of its own speaks for the issuer of the tokens that is stated', async () => {
  const stage = createStage()
  const receiver = createReceiver(stage, { tokenIssuer: 'https://login.test' })
  for (const [i, of] of [iss, 'https://login.test', 'https://other.test'].entries()) {
    const sub_id = { format: 'iss_sub', iss: of, sub: `user-${i}` }
    await sendEvent(receiver, stage.issuer.securityEvent({ sub_id }))
  }
  expect(stage.store.revoked).toMatchObject([
    { issuer: 'https://login.test', subject: 'user-0' },
    { issuer: 'https://login.test', subject: 'user-1' },
  ])
})

test('a transmitter that must authenticate is refused without the value that was agreed on', async () => {
  const stage = createStage()
  const receiver = createReceiver(stage, { authorization: 'Bearer s3cret' })
  const token = stage.issuer.securityEvent()
  for (const authorization of [undefined, 'Bearer other', 'bearer s3cret', 'Bearer s3cret ,x']) {
    const answer = await sendEvent(receiver, token, authorization ? { authorization } : {})
    expect([answer.status, JSON.parse(answer.body).err]).toEqual([400, 'authentication_failed'])
  }
  expect(stage.issuer.requests.count()).toBe(0)
  const answer = await sendEvent(receiver, token, { authorization: 'Bearer s3cret' })
  expect(answer.status).toBe(202)
  expect(JSON.stringify(stage.events satisfies AuthEvent[])).not.toContain('s3cret')
})

describe('wrong options', () => {
  const { verifier, store } = createStage()
  const right = { verifier, store, audience }
  test.each([
    ['no audience', { verifier, store }, /'audience'/],
    ['no store', { verifier, audience }, /'store'/],
    ['a store that cannot revoke', { ...right, store: { isRevoked() {} } }, /'store'/],
    ['no verifier', { store, audience }, /'verifier'/],
    ['an empty issuer', { ...right, tokenIssuer: '' }, /'tokenIssuer'/],
    ['an empty secret', { ...right, authorization: '' }, /'authorization'/],
    ['a secret that is missing', { ...right, authorization: undefined }, /present but undefined/],
    ['no function', { ...right, onSecurityEvent: true }, /'onSecurityEvent'/],
    ['an unknown option', { ...right, onEvent() {} }, /unknown option/],
  ])('%s', (_, options, message) => {
    expect(() => createEventReceiver(options as never)).toThrow(message)
  })
})
