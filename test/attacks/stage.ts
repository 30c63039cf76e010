import type { AuthEvent } from 'tollgate'
import type { TestIssuer } from 'tollgate/testing'
import { describe, expect, it } from 'vitest'
import type { AdapterSetup, Answer } from '../adapters/adapter.ts'
import { bearer, through } from '../adapters/adapter.ts'
import { adapters } from '../adapters/all.ts'
import { expectNoLeak } from '../leaks.ts'

/**
 * One known attack, tried through real HTTP on every adapter. `threats` are ids of SECURITY.md, or
 * empty if it lists none for the attack, and `what` names the tokens of the attack.
 */
export function attack(
  threats: string,
  what: string,
  stage: () => { issuer: TestIssuer; setup?: Partial<AdapterSetup>; good?: string },
  tokens: (issuer: TestIssuer) => Readonly<Record<string, string>>,
): void {
  describe(threats === '' ? what : `${threats}: ${what}`, () => {
    it.each(adapters.map((adapter) => [adapter.name, adapter] as const))(
      `%s refuses ${what}`,
      async (_, adapter) => {
        const { issuer, setup, good = issuer.mint() } = stage()
        const events: AuthEvent[] = []
        const onEvent = (event: AuthEvent): void => void events.push(event)
        const whole = { auth: { ...issuer.trust(), onEvent }, routes: { '/': [{}] }, ...setup }
        await through(adapter, whole, async ({ call }) => {
          expect((await call('/', [bearer(good)])).status).toBe(200)
          for (const [title, token] of Object.entries(tokens(issuer))) {
            events.length = 0
            const answer = await call('/', [bearer(token)])
            expectRefused(title, answer)
            expectNoLeak([answer, events], token, 'user-1', 'client-1')
          }
          expect((await call('/', [bearer(good)])).status).toBe(200)
        })
      },
    )
  })
}

/**
 * Expects 401 `invalid_token` with its constant description, or 400 if the text is no credential.
 */
export function expectRefused(title: string, answer: Answer): void {
  const invalid =
    'error="invalid_token", error_description="The access token is not valid for this resource."'
  const malformed =
    'error="invalid_request", error_description="The request must carry one well-formed access token in the Authorization header."'
  const challenge = `Bearer realm="api", ${answer.status === 400 ? malformed : invalid}`
  expect({ title, status: answer.status, challenge: answer.headers['www-authenticate'] }).toEqual({
    title,
    status: answer.status === 400 ? 400 : 401,
    challenge,
  })
}

export const encode = (value: unknown): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')

export const partsOf = (token: string): [string, string, string] =>
  token.split('.') as [string, string, string]

/** The token with some members of its header replaced. The signature stays the old one. */
export function withHeader(token: string, members: object): string {
  const [header, payload, signature] = partsOf(token)
  const old = JSON.parse(Buffer.from(header, 'base64url').toString())
  return `${encode({ ...old, ...members })}.${payload}.${signature}`
}

/** The claims of a token as JSON, with some of them replaced. */
export function claimsOf(token: string, claims: object = {}): string {
  return JSON.stringify({
    ...JSON.parse(Buffer.from(partsOf(token)[1], 'base64url').toString()),
    ...claims,
  })
}
