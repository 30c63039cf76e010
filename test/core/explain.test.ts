import fc from 'fast-check'
import type {
  AuthError,
  AuthEvent,
  Explanation,
  IssuerOptions,
  StandardSchema,
  Verifier,
  VerifierOptions,
} from 'tollgate'
import { createVerifier } from 'tollgate'
import { createTestIssuer, faults, hostileTokens } from 'tollgate/testing'
import { beforeEach, describe, expect, it } from 'vitest'
import { expectNoLeak } from '../leaks.ts'
import { runs } from '../runs.ts'

const issuer = createTestIssuer()
const other = createTestIssuer({ url: 'https://other.test' })
issuer.clock.freeze()
const now = Math.floor(issuer.now() / 1000)

beforeEach(() => {
  issuer.reset()
  other.reset()
  issuer.clock.freeze()
})

function createStage(options: Partial<VerifierOptions> = {}) {
  const events: AuthEvent[] = []
  const verifier: Verifier = createVerifier({
    ...issuer.trust(),
    ...options,
    onEvent: (event) => void events.push(event),
  } as VerifierOptions)
  return { verifier, events }
}

const nameOf = ({ name }: { name: string }): string => name

/** The name of the check that failed; undefined if none did. */
function failed({ checks }: Explanation): string | undefined {
  return checks.find(({ outcome }) => outcome === 'failed')?.name
}

const namesOf = async (options: Partial<VerifierOptions>): Promise<readonly string[]> => {
  const { checks } = await createStage(options).verifier.explain('')
  return checks.map(nameOf)
}

/** What `verify()` says, and what `explain()` says before and after it. Both must agree. */
async function expectAgreement(
  { verifier, events }: ReturnType<typeof createStage>,
  token: string,
) {
  const before = await verifier.explain(token)
  events.length = 0
  const error = await verifier.verify(token).then(
    () => undefined,
    (error: AuthError) => error,
  )
  const verdict = events.find(({ type }) => type.startsWith('token.'))
  const heard = events.length
  for (const explanation of [before, await verifier.explain(token)]) {
    const { accepted, checks } = explanation
    expect(accepted).toBe(error === undefined)
    expect(failed(explanation)).toBe(error?.reason)
    expect(explanation.issuer).toBe((verdict as { issuer?: string }).issuer)
    const at = error === undefined ? checks.length : checks.findIndex(({ hint }) => hint)
    expect(checks[at]?.hint).toBe((verdict as { hint?: string }).hint)
    expect(checks.map(({ outcome }) => outcome)).toEqual(
      checks.map((_, i) => (i < at ? 'passed' : i === at ? 'failed' : 'not reached')),
    )
    expectNoLeak(explanation, token)
  }
  expect(events).toHaveLength(heard)
  return before
}

const schema: StandardSchema<object> = {
  '~standard': {
    version: 1,
    vendor: 'test',
    validate: (claims) =>
      (claims as { tenant?: string }).tenant === undefined
        ? { issues: [{ message: 'no tenant', path: ['tenant'] }] }
        : { value: claims as object },
  },
}

const machines = {
  when: { claim: 'machine' },
  audience: 'https://machines.test',
  profile: { types: ['at+jwt'] },
}
const configurations: readonly Partial<VerifierOptions>[] = [
  {},
  { profile: 'jwt' },
  { claims: schema as never },
  { tokenCache: false },
  { issuer: [issuer.url, { issuer: other.url, profile: 'jwt', algorithms: ['RS256'] }] },
  { issuer: [{ issuer: issuer.url, kinds: [machines] }] },
  { issuer: (iss) => (iss === issuer.url ? { issuer: iss, profile: 'jwt' } : undefined) },
  { issuer: { issuer: issuer.url, introspection: { clientId: 'api', clientSecret: 'secret' } } },
  {
    issuer: {
      issuer: issuer.url,
      profile: { types: ['at+jwt'], subjectPrefix: 'https://subjects.test/' },
    },
  },
]

const name = fc.constantFrom(
  ...['iss', 'sub', 'aud', 'exp', 'nbf', 'iat', 'jti', 'client_id', 'scope', 'cnf', 'nonce'],
  ...['token_use', 'tenant', 'machine', 'act', '__proto__'],
)
const value = fc.oneof(
  fc.constantFrom<unknown>(
    ...[issuer.url, other.url, issuer.audience, 'https://machines.test', 'alice'],
    ...['https://subjects.test/1', now - 1000, now + 1000, undefined, null, '', [], {}],
  ),
  fc.jsonValue(),
)
const claims = fc.dictionary(name, value, { maxKeys: 3 })
const header = fc.dictionary(
  fc.constantFrom('alg', 'typ', 'kid', 'crit', 'b64'),
  fc.oneof(fc.constantFrom('JWT', 'at+jwt', 'RS256', 'ES256', 'none'), value),
  { maxKeys: 1 },
)
const form = fc.constantFrom<(token: string) => string>(
  ...Array<(token: string) => string>(8).fill((token) => token),
  (token) => `${token.slice(0, -4)}AAAA`,
  (token) => token.slice(0, -1),
  (token) => `${token}=`,
  (token) => `${token}.AA.AA`,
  (token) => `${'A'.repeat(5000)}${token}`,
  (token) => token.repeat(60),
  (token) => token.slice(5),
  () => '',
)

describe('explain agrees with verify', () => {
  const stages = configurations.map(createStage)

  it('for any header, claims and form of a token: it accepts the same, and the check that fails has the reason and the hint of the refusal', async () => {
    await fc.assert(
      fc.asyncProperty(
        ...([claims, header, form, fc.constantFrom(...stages)] as const),
        async (claims, header, change, stage) => {
          await expectAgreement(stage, change(issuer.mint(claims, { header })))
        },
      ),
      runs(300),
    )
  }, 120_000)

  it('for every hostile token', async () => {
    const reasons = new Set<string | undefined>()
    for (const { token } of hostileTokens({ issuer })) {
      const text = await token
      if (typeof text !== 'string') continue
      reasons.add(failed(await expectAgreement(createStage(), text)))
    }
    expect(reasons.size).toBeGreaterThan(12)
  })

  it('for what is no string', async () => {
    for (const token of [undefined, null, 1, {}] as never[]) {
      const { verifier } = createStage()
      await expect(verifier.verify(token)).rejects.toMatchObject({ reason: 'malformed' })
      expect(failed(await verifier.explain(token))).toBe('malformed')
    }
  })
})

describe('explain of an opaque token', () => {
  const stageWith = (options: object = {}) => {
    const introspection = { clientId: 'api', clientSecret: 'secret', prefix: 'acme_' }
    return createStage({ issuer: { issuer: issuer.url, introspection, ...options } })
  }
  const opaque = (claims: object = {}): string => issuer.opaque({ ...claims }, { prefix: 'acme_' })

  it('names its checks in their order, and which of them has failed', async () => {
    const { checks, accepted } = await stageWith().verifier.explain(opaque())
    expect(accepted).toBe(true)
    expect(checks.map(nameOf)).toEqual([
      ...['too-large', 'opaque', 'introspection', 'inactive', 'issuer', 'audience', 'claims'],
      ...['expired', 'not-yet-valid', 'issued-in-future', 'sender-constraint', 'token-type'],
      'claims',
    ])
    const kinds = [machines]
    const { checks: more } = await stageWith({ kinds }).verifier.explain(opaque())
    expect(more.map(nameOf).slice(4, 7)).toEqual(['issuer', 'token-type', 'audience'])
  })

  it('agrees with verify for any claims that the issuer says', async () => {
    const stage = stageWith()
    await fc.assert(
      fc.asyncProperty(claims, async (claims) => {
        await expectAgreement(stage, opaque(claims))
      }),
      runs(100),
    )
  })

  it('agrees with verify where the issuer knows nothing of the token, or cannot be asked', async () => {
    expect(failed(await expectAgreement(stageWith(), 'acme_nobody'))).toBe('inactive')
    expect(failed(await expectAgreement(stageWith(), 'other_token'))).toBe('opaque')
    const revoked = opaque()
    issuer.revoke(revoked)
    expect(failed(await expectAgreement(stageWith(), revoked))).toBe('inactive')
    issuer.fail('introspection', faults.status(500))
    const { verifier } = stageWith()
    expect(failed(await verifier.explain(opaque()))).toBe('introspection')
  })

  it('asks the issuer anew, and leaves nothing that verify would find', async () => {
    const { verifier } = stageWith()
    const token = opaque()
    await verifier.verify(token)
    await verifier.explain(token)
    expect(issuer.requests.count('introspection')).toBe(2)
    issuer.revoke(token)
    expect(failed(await verifier.explain(token))).toBe('inactive')
    await verifier.verify(token)
    expect(issuer.requests.count('introspection')).toBe(3)
  })
})

/** Ways to be wrong, in the order in which they are found: the check, and which one of that name. */
interface Defect {
  readonly check: string
  readonly nth?: number
  readonly claims?: object
  readonly header?: object
  readonly raw?: string
  readonly change?: (token: string) => string
}

const defects: readonly Defect[] = [
  { check: 'too-large', change: (token) => `${token}${'A'.repeat(17_000)}` },
  { check: 'malformed', change: (token) => `${token}=` },
  { check: 'algorithm', header: { alg: 'HS256' } },
  { check: 'token-type', header: { typ: 'dpop+jwt' } },
  { check: 'critical-header', header: { crit: ['exp'] } },
  { check: 'malformed', nth: 1, raw: '[]' },
  { check: 'issuer', claims: { iss: 'https://nobody.test' } },
  { check: 'audience', claims: { aud: 'https://nobody.test' } },
  { check: 'claims', claims: { nbf: 'soon' } },
  { check: 'expired', claims: { exp: now - 1000 } },
  { check: 'not-yet-valid', claims: { nbf: now + 1000 } },
  { check: 'issued-in-future', claims: { iat: now + 1000 } },
  { check: 'sender-constraint', claims: { cnf: { jkt: 'AA' } } },
  { check: 'token-type', nth: 1, claims: { token_use: 'id' } },
  { check: 'claims', nth: 1, claims: { client_id: 1 } },
  { check: 'unknown-key', header: { kid: 'unknown' } },
  { check: 'signature', change: (token) => `${token.slice(0, -20)}${'A'.repeat(20)}` },
  { check: 'claims', nth: 2, claims: { tenant: undefined } },
]

/** A token with all of these defects. Where two of them change the same, the first counts. */
function withDefects(several: readonly Defect[]): string {
  const of = (key: 'claims' | 'header'): Record<string, unknown> =>
    Object.assign({}, ...several.toReversed().map((defect) => defect[key]))
  const raw = several.find((defect) => defect.raw)?.raw
  const token = issuer.mint(
    { tenant: 'acme', ...of('claims') },
    { header: of('header'), ...(raw !== undefined && { raw }) },
  )
  return several.toReversed().reduce((text, { change }) => change?.(text) ?? text, token)
}

/** The place of a defect in the list of checks. */
function placeOf({ check, nth = 0 }: Defect, names: readonly string[]): number {
  const places = names.flatMap((name, i) => (name === check ? [i] : []))
  return places[nth] ?? -1
}

describe('the order of the checks', () => {
  it('an accepted token has passed every check', async () => {
    const { verifier } = createStage({ claims: schema as never })
    const explanation = await verifier.explain(issuer.mint({ tenant: 'acme' }))
    expect(explanation).toMatchObject({ accepted: true, issuer: issuer.url })
    expect(new Set(explanation.checks.map(({ outcome }) => outcome))).toEqual(new Set(['passed']))
    expect(explanation.checks.map(nameOf)).toEqual([
      ...['too-large', 'opaque', 'encrypted', 'malformed'],
      ...[
        'algorithm',
        'token-type',
        'critical-header',
        'malformed',
        'issuer',
        'audience',
        'claims',
      ],
      ...['expired', 'not-yet-valid', 'issued-in-future', 'sender-constraint', 'token-type'],
      ...['claims', 'keys', 'unknown-key', 'signature', 'claims'],
    ])
  })

  it('only checks that these options need are listed', async () => {
    const single = await namesOf({})
    expect(single.filter((name) => name === 'claims')).toHaveLength(2)
    expect(single).not.toContain('resolver')
    const resolved = await namesOf({ issuer: () => undefined })
    expect(resolved.slice(4, 9)).toEqual([
      ...['algorithm', 'critical-header', 'malformed', 'resolver', 'issuer'],
    ])
    const two = await namesOf({ issuer: [issuer.url, { issuer: other.url, profile: 'jwt' }] })
    expect(two.slice(8, 13)).toEqual([
      ...['issuer', 'algorithm', 'token-type', 'critical-header', 'audience'],
    ])
  })

  it('of several defects of a token, the one whose check is listed first is the one that is found', async () => {
    const stage = createStage({ claims: schema as never })
    const names = await namesOf({ claims: schema as never })
    expect(defects.map((defect) => placeOf(defect, names))).not.toContain(-1)
    for (const defect of defects) await expectFirst([defect])
    await fc.assert(
      fc.asyncProperty(fc.subarray([...defects], { minLength: 2 }), expectFirst),
      runs(60),
    )

    async function expectFirst(several: readonly Defect[]): Promise<void> {
      const { checks } = await stage.verifier.explain(withDefects(several))
      const places = several.map((defect) => placeOf(defect, names))
      expect(checks.findIndex(({ outcome }) => outcome === 'failed')).toBe(Math.min(...places))
    }
  }, 60_000)

  it('where issuers differ, a token that another of them could have sent fails at the rules of its own', async () => {
    const stage = createStage({
      issuer: [
        { issuer: issuer.url, algorithms: ['ES256'] },
        { issuer: other.url, profile: 'jwt', algorithms: ['RS256'] },
      ],
    })
    const typed = await expectAgreement(stage, issuer.mint({}, { header: { typ: 'JWT' } }))
    expect(typed.checks[10]).toMatchObject({ name: 'token-type', outcome: 'failed' })
    const signed = await expectAgreement(stage, issuer.mint({}, { header: { alg: 'RS256' } }))
    expect(signed.checks[9]).toMatchObject({ name: 'algorithm', outcome: 'failed' })
  })

  it('a token without iss fails at the check issuer, where its kind is known and needs one', async () => {
    const workloads = {
      when: { claim: 'workload' },
      audience: issuer.audience as string,
      profile: { types: ['at+jwt'], subjectPrefix: 'https://subjects.test/' },
    }
    const stage = createStage({ issuer: [{ issuer: issuer.url, kinds: [machines, workloads] }] })
    const noIss = { iss: undefined, sub: 'https://subjects.test/1' }
    const { checks } = await expectAgreement(stage, issuer.mint({ ...noIss, machine: 1 }))
    expect(checks.map(nameOf).slice(8, 11)).toEqual(['issuer', 'token-type', 'issuer'])
    expect(checks[10]?.outcome).toBe('failed')
    expect(failed(await expectAgreement(stage, issuer.mint({ ...noIss, workload: 1 })))).toBe(
      undefined,
    )
  })

  it('a token of none of the kinds of an issuer fails where its kind is told', async () => {
    const stage = createStage({ issuer: [{ issuer: issuer.url, kinds: [machines] }] })
    const { checks } = await expectAgreement(stage, issuer.mint())
    const at = checks.findIndex(({ outcome }) => outcome === 'failed')
    expect(checks.slice(at - 1, at + 2).map(nameOf)).toEqual(['issuer', 'token-type', 'audience'])
    expect(checks[at]?.hint).toContain("'kinds'")
  })
})

describe('explain leaves no trace', () => {
  it('it is frozen, and needs nobody who listens', async () => {
    const verifier = createVerifier(issuer.trust())
    const explanation = await verifier.explain(issuer.mint({ aud: 'x' }))
    const check = explanation.checks.find(({ outcome }) => outcome === 'failed')
    expect(check?.hint).toMatch(/^the token's aud is 'x', and expected is /)
    for (const object of [explanation, explanation.checks, ...explanation.checks]) {
      expect(Object.isFrozen(object)).toBe(true)
    }
  })

  it('it keeps no token and uses none that is kept', async () => {
    const { verifier, events } = createStage()
    const token = issuer.mint()
    await verifier.explain(token)
    await verifier.verify(token)
    expect(events.at(-1)).toMatchObject({ type: 'token.accepted', cached: false })
    await verifier.verify(token)
    expect(events.at(-1)).toMatchObject({ type: 'token.accepted', cached: true })
  })

  it('it emits events about what is fetched for all, and none about the token', async () => {
    const { verifier, events } = createStage()
    await verifier.explain(issuer.mint())
    expect(events.map(({ type }) => type)).toEqual(['metadata.refreshed', 'keys.refreshed'])
    events.length = 0
    await verifier.explain(issuer.mint({}, { header: { kid: 'unknown' } }))
    await verifier.explain(issuer.mint({}, { header: { kid: 'unknown' } }))
    await verifier.explain('no token')
    expect(events.filter(({ type }) => type !== 'keys.refreshed')).toEqual([])
  })

  it('it fetches nothing for a token that fails before its key is needed', async () => {
    const { verifier } = createStage()
    const early = defects.slice(0, -3)
    for (const defect of early) await verifier.explain(withDefects([defect]))
    await verifier.explain('opaque')
    expect(issuer.requests.count()).toBe(0)
    expect(verifier.health()).toEqual([])
  })

  it('tokens with unknown keys cause one fetch in a cooldown, whoever asks', async () => {
    const { verifier } = createStage()
    await verifier.verify(issuer.mint())
    issuer.clock.advance(60)
    for (let i = 0; i < 20; i++) {
      const token = issuer.mint({}, { header: { kid: `unknown-${i}` } })
      const { checks } = await verifier.explain(token)
      expect(failed({ accepted: false, checks })).toBe('unknown-key')
      await verifier.verify(token).catch(() => {})
    }
    expect(issuer.requests.count('jwks')).toBe(2)
  })

  it('it binds no key to an algorithm', async () => {
    const signer = createTestIssuer({ alg: 'RS256' })
    const { alg: _, ...jwk } = signer.jwks.keys[0] as Record<string, unknown>
    const { verifier, events } = createStage({
      issuer: { issuer: signer.url, jwks: { keys: [jwk as never] } },
      audience: signer.audience as string,
      now: signer.now,
    })
    expect(await verifier.explain(signer.mint())).toMatchObject({ accepted: true })
    expect(events).toEqual([])
    const bound = signer.mint({}, { alg: 'PS256' })
    expect(await verifier.verify(bound)).toMatchObject({ issuer: signer.url })
    const { checks } = await expectAgreement({ verifier, events }, signer.mint())
    expect(failed({ accepted: false, checks })).toBe('unknown-key')
  })

  it('it drops no issuer of a resolver and counts as no use of one', async () => {
    const tenants = [1, 2].map((n) => createTestIssuer({ url: `https://tenant.test/${n}` }))
    const options = new Map<string, IssuerOptions>(
      tenants.map(({ url, fetch }) => [url, { issuer: url, fetch }]),
    )
    const [first, second] = tenants as [typeof issuer, typeof issuer]
    const { verifier, events } = createStage({
      issuer: (iss) => options.get(iss),
      audience: first.audience as string,
      now: first.now,
      maxIssuers: 1,
    })
    await verifier.verify(first.mint())
    expect(await verifier.explain(second.mint())).toMatchObject({ accepted: true })
    expect(events.filter(({ type }) => type === 'issuer.dropped')).toEqual([])
  })
})

describe('what explain does not decide', () => {
  it('without keys, the check keys has failed, with its hint, and the event keys.unavailable is not emitted', async () => {
    issuer.fail('jwks', faults.status(500))
    const { verifier, events } = createStage()
    const explanation = await verifier.explain(issuer.mint())
    expect(explanation).toMatchObject({ accepted: false, issuer: issuer.url })
    expect(failed(explanation)).toBe('keys')
    expect(explanation.checks.find(({ hint }) => hint)?.hint).toContain('The answer is 503')
    expect(events.map(({ type }) => type)).not.toContain('keys.unavailable')
  })

  it('where the resolver fails, the check resolver has failed, with its hint', async () => {
    const { verifier } = createStage({
      issuer: () => {
        throw new Error('database')
      },
    })
    const explanation = await verifier.explain(issuer.mint())
    expect(failed(explanation)).toBe('resolver')
    expect(explanation.checks.find(({ hint }) => hint)?.hint).toContain('it threw')
  })

  it('what the schema of the application throws is thrown, as by verify', async () => {
    const broken = {
      '~standard': {
        version: 1,
        vendor: 'test',
        validate: () => {
          throw new RangeError('broken')
        },
      },
    }
    const { verifier } = createStage({ claims: broken as never })
    await expect(verifier.explain(issuer.mint())).rejects.toThrow(RangeError)
  })
})
