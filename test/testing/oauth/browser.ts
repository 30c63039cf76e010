import { createHash } from 'node:crypto'
import type { ServedTestIssuer } from 'tollgate/testing'

/** A verifier and its challenge (RFC 7636 appendix B). */
export const verifier = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'
export const challenge = createHash('sha256').update(verifier).digest('base64url')

export const callback = 'http://localhost:5173/callback'

type Parameters = Readonly<Record<string, string | undefined>>

export function formOf(parameters: Parameters): URLSearchParams {
  const given = Object.entries(parameters).filter((entry) => entry[1] !== undefined)
  return new URLSearchParams(given as [string, string][])
}

/** An authorization request as a browser app sends it. `undefined` leaves a parameter out. */
export function authorizationRequest(parameters: Parameters = {}): URLSearchParams {
  return formOf({
    response_type: 'code',
    client_id: 'app',
    redirect_uri: callback,
    scope: 'openid orders:read',
    state: 'state-1',
    code_challenge: challenge,
    code_challenge_method: 'S256',
    ...parameters,
  })
}

/** Opens the login page. */
export function open(
  issuer: ServedTestIssuer,
  parameters?: Parameters,
  headers: Record<string, string> = {},
): Promise<Response> {
  const url = `${issuer.url}/authorize?${authorizationRequest(parameters)}`
  return fetch(url, { redirect: 'manual', headers })
}

/** Sends the form of the login page. */
export function submit(
  issuer: ServedTestIssuer,
  parameters?: Parameters,
  headers: Record<string, string> = {},
): Promise<Response> {
  const body = authorizationRequest({ user: 'alice', ...parameters })
  return fetch(`${issuer.url}/authorize`, { method: 'POST', redirect: 'manual', body, headers })
}

/** The parameters with which a browser is sent back to the client. */
export function answerIn(response: Response): Record<string, string> {
  const location = new URL(response.headers.get('location') ?? 'none:')
  return Object.fromEntries(location.searchParams)
}

/** The code that a client gets for a login. */
export async function logIn(issuer: ServedTestIssuer, parameters?: Parameters): Promise<string> {
  return answerIn(await submit(issuer, parameters))['code'] as string
}

export interface FormAnswer {
  readonly status: number
  readonly headers: Headers
  readonly body: Record<string, unknown>
}

/** Sends a form to an endpoint, as the client 'app' unless the form says otherwise. */
export async function post(
  issuer: ServedTestIssuer,
  path: string,
  parameters: Parameters,
  headers: Record<string, string> = {},
): Promise<FormAnswer> {
  const body = formOf({ client_id: 'app', ...parameters })
  // A key of RSA can take so long to make that a connection is closed meanwhile.
  const init = { method: 'POST', body, headers: { connection: 'close', ...headers } }
  const response = await fetch(`${issuer.url}${path}`, init)
  const text = await response.text()
  return { status: response.status, headers: response.headers, body: JSON.parse(text || '{}') }
}

/** Redeems a code. */
export function redeem(
  issuer: ServedTestIssuer,
  code: string,
  parameters: Parameters = {},
  headers?: Record<string, string>,
): Promise<FormAnswer> {
  const form = {
    grant_type: 'authorization_code',
    code,
    redirect_uri: callback,
    code_verifier: verifier,
  }
  return post(issuer, '/token', { ...form, ...parameters }, headers)
}

export function refresh(
  issuer: ServedTestIssuer,
  token: unknown,
  parameters: Parameters = {},
): Promise<FormAnswer> {
  const form = { grant_type: 'refresh_token', refresh_token: String(token) }
  return post(issuer, '/token', { ...form, ...parameters })
}

/** The tokens of a login. */
export async function tokensOf(
  issuer: ServedTestIssuer,
  parameters?: Parameters,
): Promise<Record<string, string>> {
  const { body } = await redeem(issuer, await logIn(issuer, parameters))
  return body as Record<string, string>
}
