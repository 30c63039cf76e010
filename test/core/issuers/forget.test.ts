import type { AuthError, AuthEvent, IssuerOptions, VerifierOptions } from 'tollgate'
import { createVerifier } from 'tollgate'
import { createTestIssuer } from 'tollgate/testing'
import { beforeEach, describe, expect, it } from 'vitest'

const tenant = createTestIssuer({ url: 'https://tenant.test/1' })
const other = createTestIssuer({ url: 'https://tenant.test/2' })

beforeEach(() => {
  tenant.reset()
  other.reset()
  tenant.clock.freeze()
})

function createStage(options: Partial<VerifierOptions> = {}) {
  const answers = new Map<string, IssuerOptions>(
    [tenant, other].map(({ url, fetch }) => [url, { issuer: url, fetch }]),
  )
  const asked: string[] = []
  let ask = async (iss: string): Promise<IssuerOptions | undefined> => answers.get(iss)
  const verifier = createVerifier({
    audience: tenant.audience,
    now: tenant.now,
    ...options,
    issuer: (iss) => {
      asked.push(iss)
      return ask(iss)
    },
  })
  const outcome = (token: string): Promise<string> =>
    verifier.verify(token).then(
      () => 'accepted',
      ({ status, reason }: AuthError) => `${status} ${reason}`,
    )
  return {
    answers,
    asked,
    verifier,
    outcome,
    answerBy(next: typeof ask) {
      ask = next
    },
  }
}

describe('verifier.forget', () => {
  it('a tenant that is removed and forgotten is refused at once, its cached tokens as well', async () => {
    const { verifier, outcome, answers, asked } = createStage()
    const [token, ofOther] = [tenant.mint(), other.mint()]
    for (const one of [token, token, ofOther]) expect(await outcome(one)).toBe('accepted')
    answers.delete(tenant.url)
    expect(await outcome(token)).toBe('accepted')
    verifier.forget(tenant.url)
    expect(verifier.health().map(({ issuer }) => issuer)).toEqual([other.url])
    expect(await outcome(token)).toBe('401 issuer')
    expect(await outcome(tenant.mint())).toBe('401 issuer')
    expect(await outcome(ofOther)).toBe('accepted')
    expect(asked).toEqual([tenant.url, other.url, tenant.url])
    expect(other.requests.count('jwks')).toBe(1)
  })

  it('a tenant that was forgotten and is still answered for starts anew, with keys that are fetched anew', async () => {
    const { verifier, outcome } = createStage()
    const token = tenant.mint()
    expect(await outcome(token)).toBe('accepted')
    const kid = tenant.keys.current.publicJwk.kid as string
    tenant.keys.rotate()
    tenant.keys.retire(kid)
    expect(await outcome(token)).toBe('accepted')
    verifier.forget(tenant.url)
    expect(await outcome(token)).toBe('401 unknown-key')
    expect(await outcome(tenant.mint())).toBe('accepted')
  })

  it('a refusal of the resolver is forgotten, too: a new tenant is accepted at once', async () => {
    const { verifier, outcome, answers, asked } = createStage()
    const options = answers.get(tenant.url) as IssuerOptions
    answers.delete(tenant.url)
    expect(await outcome(tenant.mint())).toBe('401 issuer')
    answers.set(tenant.url, options)
    expect(await outcome(tenant.mint())).toBe('401 issuer')
    verifier.forget(tenant.url)
    expect(await outcome(tenant.mint())).toBe('accepted')
    expect(asked).toHaveLength(2)
  })

  it('an answer that the resolver was asked for before is not kept: it may be of before', async () => {
    const { verifier, outcome, answers, asked, answerBy } = createStage()
    const options = answers.get(tenant.url) as IssuerOptions
    let answer = (_: IssuerOptions): void => {}
    const answered = new Promise<IssuerOptions>((resolve) => {
      answer = resolve
    })
    answerBy(() => answered)
    const verdict = outcome(tenant.mint())
    await expect.poll(() => asked.length).toBe(1)
    answerBy(async () => undefined)
    verifier.forget(tenant.url)
    answer(options)
    expect(await verdict).toBe('401 issuer')
    expect(asked).toHaveLength(2)
    expect(verifier.health()).toEqual([])
  })

  it('a token whose verification is under way does not bring the tenant back', async () => {
    const { verifier, outcome, answers } = createStage()
    let go = (): void => {}
    const waiting = new Promise<void>((resolve) => {
      go = resolve
    })
    let fetching = 0
    const options: IssuerOptions = {
      issuer: tenant.url,
      jwksUri: `${tenant.url}/jwks`,
      fetch: async () => {
        fetching++
        await waiting
        return Response.json(tenant.jwks)
      },
    }
    answers.set(tenant.url, options)
    const token = tenant.mint()
    const verdict = outcome(token)
    await expect.poll(() => fetching).toBe(1)
    answers.delete(tenant.url)
    verifier.forget(tenant.url)
    go()
    expect(await verdict).toMatch(/^(accepted|503 keys)$/)
    expect(await outcome(token)).toBe('401 issuer')
    expect(await outcome(tenant.mint())).toBe('401 issuer')
  })

  it('the cached tokens of a forgotten tenant leave their room in the token cache to others', async () => {
    const events: AuthEvent[] = []
    const { verifier, outcome } = createStage({
      tokenCache: 2,
      onEvent: (event) => void (event.type === 'token.accepted' && events.push(event)),
    })
    const [first, second] = [other.mint(), other.mint()]
    await outcome(first)
    await outcome(tenant.mint())
    verifier.forget(tenant.url)
    await outcome(second)
    events.length = 0
    expect(await outcome(first)).toBe('accepted')
    expect(events).toMatchObject([{ issuer: other.url, cached: true }])
  })

  it('the first token after a tenant is forgotten has the resolver called, however soon after its answer that is', async () => {
    const token = tenant.mint()
    for (let microtasks = 0; microtasks < 30; microtasks++) {
      const { verifier, outcome, answers } = createStage()
      const first = outcome(token)
      for (let i = 0; i < microtasks; i++) await undefined
      answers.delete(tenant.url)
      verifier.forget(tenant.url)
      expect(await outcome(token)).toBe('401 issuer')
      await first
    }
  })

  it('forgetting an issuer that is not known, or twice, or after close, does nothing', async () => {
    const { verifier, outcome } = createStage()
    verifier.forget('https://nobody.test')
    expect(await outcome(tenant.mint())).toBe('accepted')
    verifier.forget(tenant.url)
    verifier.forget(tenant.url)
    verifier.close()
    verifier.forget(other.url)
    expect(verifier.health()).toEqual([])
  })

  it.each([[undefined], [null], [1], [['https://tenant.test/1']]])(
    '%j in the place of an issuer is refused',
    (wrong) => {
      const { verifier } = createStage()
      expect(() => verifier.forget(wrong as never)).toThrow(
        /^tollgate: verifier\.forget must be given the iss of an issuer, not /,
      )
    },
  )

  it('an issuer that the options list cannot be forgotten, and stays trusted', async () => {
    const verifier = createVerifier(tenant.trust())
    for (const name of [tenant.url, other.url]) {
      expect(() => verifier.forget(name)).toThrow(
        /^tollgate: verifier\.forget is for issuers that a resolver answers for\. Listed issuers stay trusted/,
      )
      expect(() => verifier.forget(name)).toThrow(TypeError)
    }
    await expect(verifier.verify(tenant.mint())).resolves.toMatchObject({ issuer: tenant.url })
  })
})
