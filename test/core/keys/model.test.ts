import fc from 'fast-check'
import type { Verifier } from 'tollgate'
import { createVerifier } from 'tollgate'
import type { Fault, TestIssuer, TestKey } from 'tollgate/testing'
import { createTestIssuer, faults } from 'tollgate/testing'
import { expect, it } from 'vitest'
import { runs } from '../../runs.ts'
import type { Bounds, KeyTimes } from './bounds.ts'
import { boundsOf } from './bounds.ts'

type Trouble = 'down' | 'failing' | '429' | '404' | 'garbage' | 'empty' | 'no metadata'
type Command =
  | { readonly do: 'rotate' | 'reuse' | 'remove' | 'recover' | 'slow' | 'move' | 'abandon' }
  | { readonly do: 'trouble'; readonly kind: Trouble }
  | { readonly do: 'flood'; readonly tokens: number }
  | { readonly do: 'pass'; readonly seconds: number; readonly steps: number }

const troubles: Readonly<Record<Trouble, Fault>> = {
  down: faults.refuse(),
  failing: faults.status(503),
  429: faults.status(429, { headers: { 'retry-after': '400' } }),
  404: faults.status(404),
  garbage: faults.body('<html>'),
  empty: faults.jwks.empty(),
  'no metadata': faults.refuse(),
}

const command: fc.Arbitrary<Command> = fc.oneof(
  fc.constantFrom<Command>(
    { do: 'rotate' },
    { do: 'reuse' },
    { do: 'remove' },
    { do: 'recover' },
    { do: 'slow' },
    { do: 'move' },
    { do: 'abandon' },
  ),
  fc.record({
    do: fc.constant('trouble' as const),
    kind: fc.constantFrom(...(Object.keys(troubles) as Trouble[])),
  }),
  fc.record({ do: fc.constant('flood' as const), tokens: fc.integer({ min: 1, max: 20 }) }),
  fc.record({
    do: fc.constant('pass' as const),
    seconds: fc.constantFrom(5, 20, 60, 300, 900, 3600, 20_000, 100_000),
    steps: fc.integer({ min: 1, max: 40 }),
  }),
)

/** A token, and what the issuer has done with its key. */
interface IssuedToken {
  readonly token: string
  readonly kid: string
  readonly x: unknown
  removedAt: number | undefined
  refusedSince: number | undefined
  /** The longest time without traffic since then. */
  longestGap: number
}

/** Seconds. The clock adds many steps that are no whole numbers, and each is rounded. */
const rounding = 0.001

/** Drives a verifier and an issuer through a history, and checks the promises at every answer. */
class History {
  readonly issuer: TestIssuer = createTestIssuer({ expiresIn: 365 * 86_400 })
  readonly attacker: TestKey = this.issuer.keys.attacker()
  readonly verifier: Verifier
  readonly options: KeyTimes
  readonly fetchTimes: number[] = []
  readonly tokens: IssuedToken[] = []
  trouble: { readonly kind: Trouble; end(): void } | undefined
  healthySince = 0
  troubled = false
  askedToWait = false
  /** How often the keys have moved. */
  moves = 0
  /**
   * The key sets at places that the keys have moved from, where those go on to answer. At other old
   * places there is nothing any more.
   */
  readonly abandoned = new Map<number, TestIssuer['jwks']>()
  lastMetadataAt = 0
  said4xx = false
  pending = 0
  lastServed: { readonly at: number; readonly keys: ReadonlySet<unknown> } | undefined

  constructor(options: KeyTimes, tokenCache: false | number) {
    this.options = options
    this.issuer.clock.freeze(0)
    this.issuer.clock.set(1e12)
    this.healthySince = this.time()
    this.lastMetadataAt = this.time()
    const fetch: typeof globalThis.fetch = async (url, init) => {
      this.pending += 1
      return this.serve(String(url), init).finally(() => {
        this.pending -= 1
      })
    }
    this.verifier = createVerifier({ ...this.issuer.trust(), fetch, keys: options, tokenCache })
    this.issueToken()
  }

  async serve(url: string, init: RequestInit | undefined): Promise<Response> {
    const at = this.time()
    this.fetchTimes.push(at)
    const place = /\/jwks-(\d+)$/.exec(url)?.[1]
    const isOld = place !== undefined && Number(place) !== this.moves
    const old = this.abandoned.get(Number(place))
    if (isOld && old === undefined) return new Response(null, { status: 404 })
    const isKeys = place !== undefined
    const found = await this.issuer.fetch(isKeys ? `${this.issuer.url}/jwks` : url, init)
    if (!isKeys) {
      if (found.ok && this.trouble?.kind !== 'garbage') this.lastMetadataAt = at
      return found.ok ? this.redirected(found) : found
    }
    const document = found.ok
      ? await found
          .clone()
          .json()
          .catch(() => undefined)
      : undefined
    if (!(document?.keys?.length > 0)) return found
    const served = isOld ? old : document
    const keys = new Set<unknown>(served.keys.map(({ x }: { x?: unknown }) => x))
    this.lastServed = { at, keys }
    return Response.json(served)
  }

  /** The metadata, with the current place of the keys in it. */
  async redirected(answer: Response): Promise<Response> {
    const text = await answer.text()
    return new Response(text.replace(/\/jwks"/, `/jwks-${this.moves}"`), answer)
  }

  time(): number {
    return this.issuer.now() / 1000
  }

  issueToken(): void {
    const { kid, publicJwk } = this.issuer.keys.current
    this.tokens.push({
      token: this.issuer.mint(),
      kid,
      x: publicJwk.x,
      removedAt: undefined,
      refusedSince: undefined,
      longestGap: 0,
    })
  }

  async run(command: Command): Promise<void> {
    switch (command.do) {
      case 'rotate':
        this.issuer.keys.rotate()
        this.issueToken()
        break
      case 'reuse': {
        const { kid } = this.issuer.keys.current
        this.issuer.keys.rotate({ kid: 'reuse', overlap: false })
        this.markRemoved((issued) => issued.kid === kid)
        this.issueToken()
        break
      }
      case 'remove': {
        const oldest = this.tokens.find(({ removedAt }) => removedAt === undefined)
        if (oldest === undefined || oldest.kid === this.issuer.keys.current.kid) break
        this.issuer.keys.retire(oldest.kid)
        this.markRemoved((issued) => issued === oldest)
        break
      }
      case 'trouble': {
        this.trouble?.end()
        const outage = this.issuer.fail(
          command.kind === 'no metadata' ? 'openid-configuration' : '*',
          troubles[command.kind],
        )
        this.trouble = { kind: command.kind, end: () => outage[Symbol.dispose]() }
        this.troubled = true
        this.askedToWait ||= command.kind === '429'
        this.said4xx ||= command.kind === '404'
        for (const issued of this.tokens) issued.refusedSince = undefined
        break
      }
      case 'recover':
        if (this.trouble === undefined) break
        this.trouble.end()
        this.trouble = undefined
        this.healthySince = this.time()
        break
      case 'move':
        this.moves += 1
        this.said4xx = true
        break
      case 'abandon':
        this.abandoned.set(this.moves, structuredClone(this.issuer.jwks))
        this.moves += 1
        break
      case 'slow':
        this.issuer.fail('*', faults.slow(0.002), { times: 1 })
        break
      case 'flood':
        for (let i = 0; i < command.tokens; i++) {
          const token = this.issuer.mint({}, { key: this.attacker, kid: `attacker-${i}` })
          const error = await this.verifier.verify(token).catch((error) => error)
          expect(error.reason === 'unknown-key' || error.reason === 'keys').toBe(true)
        }
        break
      case 'pass':
        for (let step = 0; step < command.steps; step++) {
          const gap = command.seconds / command.steps
          this.issuer.clock.advance(gap)
          await this.traffic(gap)
        }
    }
    await this.traffic(0)
  }

  markRemoved(which: (issued: IssuedToken) => boolean): void {
    for (const issued of this.tokens.filter(which)) issued.removedAt ??= this.time()
  }

  /**
   * `gap` is the number of seconds since the last traffic: no change is noticed sooner than that.
   */
  async traffic(gap: number): Promise<void> {
    // A key set that is served after this line may come too late for the requests below.
    const served = this.lastServed
    for (const issued of this.tokens) {
      const error = await this.verifier.verify(issued.token).then(
        () => undefined,
        (error) => error,
      )
      if (issued.removedAt === undefined) this.checkLive(issued, error, served, gap)
      else if (error === undefined) this.checkRemoved(issued, issued.removedAt, served, gap)
      else expect([401, 503]).toContain(error.status)
    }
    // A real attempt takes a few seconds at most. So every background attempt ends here, before the
    // clock moves on.
    do {
      await new Promise((resolve) => setTimeout(resolve, this.pending > 0 ? 1 : 0))
    } while (this.pending > 0)
    for (let i = 0; i < 4; i++) await new Promise((resolve) => setImmediate(resolve))
  }

  checkLive(
    issued: IssuedToken,
    error: { status: number } | undefined,
    served: History['lastServed'],
    gap: number,
  ): void {
    const t = this.time()
    const { refused, acceptedInOutage, acceptedWithoutMetadata } = this.bounds()
    if (error === undefined) {
      issued.refusedSince = undefined
      return
    }
    const isNamed = t - this.lastMetadataAt < acceptedWithoutMetadata
    if (served?.keys.has(issued.x) && isNamed && t - served.at < acceptedInOutage) {
      expect.fail(
        `a token of a live key that was served ${t - served.at} s ago was refused: ${error.status}`,
      )
    }
    if (this.trouble !== undefined) return
    if (issued.refusedSince === undefined) Object.assign(issued, { refusedSince: t, longestGap: 0 })
    issued.longestGap = Math.max(issued.longestGap, gap)
    // Keys that have moved take two attempts, and without traffic there is no attempt.
    const slack = this.abandoned.size > 0 ? 2 * issued.longestGap : gap
    const since = issued.refusedSince ?? t
    expect(t - since).toBeLessThanOrEqual(refused + slack + rounding)
  }

  checkRemoved(
    { x }: IssuedToken,
    removedAt: number,
    served: History['lastServed'],
    gap: number,
  ): void {
    const t = this.time()
    const { refused, acceptedInOutage, acceptedWithoutMetadata, ...bounds } = this.bounds()
    const isAbandoned = this.abandoned.size > 0
    if (this.trouble === undefined) {
      const accepted = isAbandoned ? bounds.acceptedAtOldPlace : bounds.accepted
      // Metadata is looked at whenever keys are fetched.
      const noticed = refused + (isAbandoned ? this.options.maxAge : 0)
      const latest = Math.max(removedAt + accepted, this.troubled ? this.healthySince + noticed : 0)
      expect(t).toBeLessThanOrEqual(latest + 2 * gap + rounding)
    }
    const latest = Math.max(removedAt, this.lastMetadataAt) + acceptedWithoutMetadata
    expect(t).toBeLessThanOrEqual(latest + 2 * gap + rounding)
    // An old place may have served the removed key again while these requests were made.
    const holding = [this.lastServed, served].find((one) => one?.keys.has(x))
    if (holding) expect(t - holding.at).toBeLessThanOrEqual(acceptedInOutage + rounding)
    else expect.fail('a key was accepted that the last good key set did not hold')
  }

  bounds(): Bounds {
    const oldPlace = this.abandoned.size > 0
    return boundsOf(this.options, { retryAfter: this.askedToWait, oldPlace })
  }

  checkFetches(): void {
    const bounds = this.bounds()
    const fetches = this.said4xx ? bounds.fetchesIf4xx : bounds.fetches
    let from = 0
    this.fetchTimes.forEach((at, i) => {
      while ((this.fetchTimes[from] ?? at) <= at - 3600) from += 1
      expect(i - from + 1).toBeLessThanOrEqual(fetches)
    })
  }
}

const someOptions = fc.record({
  maxAge: fc.constantFrom(60, 600, 3600),
  staleIfError: fc.constantFrom(0, 3600, 86_400),
  cooldown: fc.constantFrom(5, 30, 120),
})

it('T11, T12: for any history of an issuer, refusals of good keys, use of removed keys and fetches stay within bounds', async () => {
  await fc.assert(
    fc.asyncProperty(
      someOptions,
      fc.constantFrom(false as const, 1000),
      fc.array(command, { minLength: 5, maxLength: 25 }),
      async (options, tokenCache, commands) => {
        const history = new History(options, tokenCache)
        await history.traffic(0)
        for (const one of commands) await history.run(one)
        history.checkFetches()
      },
    ),
    runs(60),
  )
}, 300_000)
