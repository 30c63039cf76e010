import type { AuthEvent, Revocation, RevocationStore, VerifierOptions } from 'tollgate'
import { createVerifier } from 'tollgate'
import type { NoticeHandler } from 'tollgate/revocation'
import type { TestIssuer } from 'tollgate/testing'
import { createTestIssuer } from 'tollgate/testing'

/** A store that notes what it was given, and fails while it is told to. */
export function createSpyStore(): RevocationStore & {
  readonly revoked: Revocation[]
  failing: Error | undefined
} {
  const store = {
    revoked: [] as Revocation[],
    failing: undefined as Error | undefined,
    isRevoked: () => false,
    async revoke(what: Revocation): Promise<void> {
      if (store.failing) throw store.failing
      store.revoked.push(what)
    },
  }
  return store
}

export interface Stage {
  readonly issuer: TestIssuer
  readonly verifier: ReturnType<typeof createVerifier>
  readonly store: ReturnType<typeof createSpyStore>
  readonly events: AuthEvent[]
  /** Seconds since the epoch, by the issuer's clock, which stands still. */
  now(): number
}

export function createStage(overrides: Partial<VerifierOptions> = {}): Stage {
  const issuer = createTestIssuer({ now: () => 1_800_000_000_000 })
  const events: AuthEvent[] = []
  const onEvent = (event: AuthEvent): void => void events.push(event)
  const verifier = createVerifier({ ...issuer.trust(), onEvent, ...overrides })
  const now = (): number => Math.floor(issuer.now() / 1000)
  return { issuer, verifier, store: createSpyStore(), events, now }
}

export interface Answered {
  readonly status: number
  readonly headers: Headers
  readonly body: string
}

/** What a handler answers to this body. */
export async function send(
  handler: NoticeHandler,
  body: string,
  contentType: string,
  init: RequestInit = {},
): Promise<Answered> {
  const headers = { 'content-type': contentType, ...init.headers }
  const request = new Request('https://api.test/notices', {
    method: 'POST',
    body,
    ...init,
    headers,
  })
  const response = await handler(request)
  return {
    status: response.status,
    headers: response.headers,
    body: await response.text(),
  }
}

export function sendLogout(handler: NoticeHandler, token: string): Promise<Answered> {
  const form = new URLSearchParams({ logout_token: token }).toString()
  return send(handler, form, 'application/x-www-form-urlencoded')
}

export function sendEvent(
  handler: NoticeHandler,
  token: string,
  headers: Record<string, string> = {},
): Promise<Answered> {
  return send(handler, token, 'application/secevent+jwt', { headers })
}
