import { randomUUID } from 'node:crypto'
import { kindOf, wrongOption } from '../core/option-checks.ts'
import type { Auth } from '../index.ts'
import type { Claims } from './claims.ts'
import { encodePart } from './sign.ts'

type Actor = Auth['actors'][number]

/** The Auth of claims that no verifier has seen. Its token is not enumerable, as that of any Auth. */
class TestAuth implements Auth {
  readonly issuer: string
  readonly subject: string
  readonly clientId: string | undefined
  readonly scopes: readonly string[]
  readonly roles: readonly string[]
  readonly permissions: readonly string[]
  readonly actors: readonly Actor[]
  readonly claims: Auth['claims']
  readonly expiresAt: number
  readonly #token: string
  #signal: AbortSignal | undefined

  constructor(claims: Readonly<Record<string, unknown>>) {
    this.issuer = textOf(claims, 'iss')
    this.subject = textOf(claims, 'sub')
    this.clientId = ['client_id', 'azp', 'cid', 'appid'].map((name) => claims[name]).find(isText)
    this.scopes = namesIn(claims['scope'] ?? claims['scp'])
    this.roles = listOf(claims['roles'])
    this.permissions = listOf(claims['entitlements'] ?? claims['permissions'])
    this.actors = actorsOf(claims['act'])
    this.claims = claims as Auth['claims']
    this.expiresAt = timeOf(claims, 'exp')
    // No guard accepts it, because it has no signature.
    this.#token = `${encodePart({ alg: 'none', typ: 'at+jwt' })}.${encodePart(claims)}.`
    Object.freeze(this)
  }

  get token(): string {
    return this.#token
  }

  /** It fires at `expiresAt`, and never before: nothing revokes what nobody has verified. */
  get signal(): AbortSignal {
    this.#signal ??= signalAt(this.expiresAt)
    return this.#signal
  }
}

/**
 * The Auth that a verifier would make of a token with these claims, and with those that
 * `issuer.mint()` adds. Roles and permissions are read where the named profiles read them.
 */
export function createTestAuth(given: Claims): Auth {
  const now = Math.floor(Date.now() / 1000)
  const claims: Record<string, unknown> = {
    iss: 'https://issuer.test',
    sub: 'user-1',
    aud: 'https://api.test',
    client_id: 'client-1',
    iat: now,
    exp: now + 300,
    jti: randomUUID(),
    ...given,
  }
  if (Array.isArray(claims['scope'])) claims['scope'] = claims['scope'].join(' ')
  const stated = Object.entries(claims).filter(([, value]) => value !== undefined)
  // A copy, because an Auth is frozen, and what the test has made must stay as it is.
  return new TestAuth(deepFreeze(structuredClone(Object.fromEntries(stated))))
}

/** @param time Seconds since the epoch, by the clock of the process. */
function signalAt(time: number): AbortSignal {
  const controller = new AbortController()
  const look = (): void => {
    const left = time * 1000 - Date.now()
    if (left <= 0) {
      controller.abort(new Error('the Auth of withAuth has expired'))
      return
    }
    // A timer that is set for longer fires at once. unref is missing where a timer is a number.
    const timer: { unref?(): void } = setTimeout(look, Math.min(Math.max(left, 10), 2 ** 31 - 1))
    timer.unref?.()
  }
  look()
  return controller.signal
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}

function textOf(claims: Readonly<Record<string, unknown>>, name: string): string {
  const value = claims[name]
  if (isText(value)) return value
  return wrongOption(`claim '${name}' of withAuth`, `must be a string, not ${kindOf(value)}`)
}

function timeOf(claims: Readonly<Record<string, unknown>>, name: string): number {
  const value = claims[name]
  if (typeof value === 'number' && Number.isFinite(value)) return value
  return wrongOption(`claim '${name}' of withAuth`, `must be a number, not ${kindOf(value)}`)
}

function namesIn(value: unknown): readonly string[] {
  if (typeof value !== 'string') return listOf(value)
  return Object.freeze(value.split(' ').filter((name) => name !== ''))
}

function listOf(value: unknown): readonly string[] {
  const isList = Array.isArray(value) && value.every((one) => typeof one === 'string')
  return Object.freeze(isList ? [...value] : [])
}

/** RFC 8693 section 4.1: the current actor first. */
function actorsOf(act: unknown): readonly Actor[] {
  const actors: Actor[] = []
  let next = act
  while (typeof next === 'object' && next !== null) {
    const { act: before, ...actor } = next as Actor
    if (!isText(actor.sub)) wrongOption("claim 'act' of withAuth", 'must have a sub at each level')
    actors.push(Object.freeze(actor))
    next = before
  }
  return Object.freeze(actors)
}

function deepFreeze<T extends object>(value: T): T {
  for (const member of Object.values(value)) {
    if (typeof member === 'object' && member !== null) deepFreeze(member)
  }
  return Object.freeze(value)
}
