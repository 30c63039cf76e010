import type { Base, Connection, Reply } from './connection.ts'
import { load } from './connection.ts'
import { isSuccess } from './verdict.ts'

/** The requests that prove that a refusal means anything. */
export interface Controls {
  readonly connection: Connection
  /** The statuses of the good token so far. */
  readonly statuses: readonly number[]
  /** What the good token met with after it had passed once. */
  readonly problems: readonly string[]
  /** The status without a token. Throws an Error if that gets in. */
  refuseNone(): Promise<number>
  /** The good token has to pass; throws an Error if it never did. */
  passGood(when: string): Promise<void>
}

/** Sends what must not pass and what must. */
export function createControls(connection: Connection, base: Base, token: string): Controls {
  const route = `${base.method} ${base.path}`
  const statuses: number[] = []
  const problems: string[] = []
  const send = (headers: Readonly<Record<string, string>>): Promise<Reply> =>
    connection.send(load(base, { headers: Object.entries(headers) }))

  return {
    connection,
    statuses,
    problems,
    async refuseNone() {
      const { status, why } = await send({})
      if (isSuccess(status)) {
        throw new Error(`${route} is not protected: it answered ${status} without a token.`)
      }
      if (status === 0) throw new Error(`${route} did not answer without a token: ${why}.`)
      return status
    },
    async passGood(when) {
      const { status, why } = await send({ authorization: `Bearer ${token}` })
      if (isSuccess(status)) {
        statuses.push(status)
        return
      }
      const met = why ?? `it answered ${status}`
      if (statuses.length === 0)
        throw new Error(`${route} refused the good token: ${met}. ${advise(status)}`)
      statuses.push(status)
      problems.push(`The good token no longer passed ${when}: ${met}.`)
    },
  }
}

function advise(status: number): string {
  if (status === 401)
    return 'Does the app trust this issuer (issuer.trust()), its audience and its clock?'
  if (status === 403) return 'Give the scope or the claims that the route wants.'
  if (status === 404 || status === 405) return 'Check path and method.'
  if (status === 400 || status === 415 || status === 422)
    return 'Give the body that the route wants.'
  if (status === 429) return 'Turn the rate limiter off for this test: it hides results.'
  return 'Without one that passes, a refusal proves nothing.'
}
