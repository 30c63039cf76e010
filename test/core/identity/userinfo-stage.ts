import type { Auth, AuthError, AuthEvent, UserInfo, VerifierOptions } from 'tollgate'
import { createVerifier } from 'tollgate'
import type { TestIssuer } from 'tollgate/testing'
import { createTestIssuer } from 'tollgate/testing'
import { expect } from 'vitest'
import { expectNoLeak } from '../../leaks.ts'

/** What the userinfo endpoint says of a user. */
export const alice = { sub: 'alice', name: 'Alice Liddell', email: 'alice@example.com' }

type Respond = (request: Request) => Response | Promise<Response>

export function json(body: unknown, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), {
    headers: { 'content-type': 'application/json', ...headers },
  })
}

/** A refusal of the endpoint (RFC 6750 section 3). */
export function refusal(status: number, challenge = ''): Response {
  return new Response(null, { status, headers: { 'www-authenticate': challenge } })
}

/** A verifier, its issuer with a clock that stands still, and an endpoint that a test scripts. */
export function createStage(
  options: Partial<VerifierOptions> = {},
  issuer: TestIssuer<string> = createTestIssuer(),
) {
  issuer.clock.freeze()
  const events: AuthEvent[] = []
  const asked: Request[] = []
  let respond: Respond = () => json(alice)
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const request = new Request(input as string, init)
    if (request.url !== issuer.metadata['userinfo_endpoint']) return issuer.fetch(input, init)
    asked.push(request)
    return respond(request)
  }
  const verifier = createVerifier({
    ...issuer.trust(),
    fetch: fetch as never,
    ...options,
    onEvent: (event) => void events.push(event),
  } as VerifierOptions)

  const authOf = (claims: object = {}): Promise<Auth> =>
    verifier.verify(issuer.mint({ sub: alice.sub, scope: 'openid', ...claims }))

  /** Expects an error that shows nothing, and gives it with the hint of its event. */
  async function errorOf(auth: Auth): Promise<AuthError & { hint: string }> {
    events.length = 0
    const error = await verifier.userinfo(auth).then(
      () => expect.fail('userinfo() gave an answer'),
      (error: AuthError) => error,
    )
    const event = events.find(({ type }) => type === 'token.refused')
    expect(event).toMatchObject({ issuer: issuer.url, reason: error.reason })
    const { hint = '' } = event as { hint?: string }
    expect(hint).toMatch(/^[\x20-\x7e]{40,500}$/)
    expectNoLeak([error, events], auth.token, alice.name, alice.email, 'secret')
    return Object.assign(error, { hint })
  }

  return {
    issuer,
    verifier,
    events,
    authOf,
    errorOf,
    userinfo: (auth: Auth): Promise<UserInfo> => verifier.userinfo(auth),
    /** The requests that the endpoint has got. */
    asked,
    answer(next: Respond) {
      respond = next
    },
  }
}
