import type { Connection, OutgoingRequest, RequestTemplate } from './connection.ts'
import { bearerRequest, buildRequest } from './connection.ts'
import { isSuccess } from './verdict.ts'

/** Control requests. They show that the app refuses a hostile token for what is wrong with it. */
export interface Controls {
  readonly connection: Connection
  /** The statuses of all answers to the good token so far. */
  readonly statuses: readonly number[]
  /** What went wrong when the good token was sent again after it had passed once. */
  readonly problems: readonly string[]
  /** Sends a request without a token. Resolves to the status, and rejects if the app lets it in. */
  checkWithoutToken(): Promise<number>
  /**
   * Sends the good token. Rejects if it has never passed: then every token would be refused, and a
   * refusal would prove nothing.
   */
  checkGoodToken(when: string): Promise<void>
}

export function createControls(
  connection: Connection,
  template: RequestTemplate,
  token: string,
): Controls {
  const route = `${template.method} ${template.path}`
  const statuses: number[] = []
  const problems: string[] = []
  const withoutToken: OutgoingRequest = buildRequest(template, { headers: [] })
  const withGoodToken = bearerRequest(template, token)

  return {
    connection,
    statuses,
    problems,
    async checkWithoutToken() {
      const { status, why } = await connection.send(withoutToken)
      if (isSuccess(status)) {
        throw new Error(`${route} is not protected: it answered ${status} without a token.`)
      }
      if (status === 0) throw new Error(`${route} did not answer without a token: ${why}.`)
      return status
    },
    async checkGoodToken(when) {
      const { status, why } = await connection.send(withGoodToken)
      if (!isSuccess(status)) {
        const answer = why ?? `it answered ${status}`
        if (statuses.length === 0) {
          throw new Error(`${route} refused the good token: ${answer}. ${adviceFor(status)}`)
        }
        problems.push(`The good token no longer passed ${when}: ${answer}.`)
      }
      statuses.push(status)
    },
  }
}

/** What the caller can change so that the good token passes. */
function adviceFor(status: number): string {
  if (status === 401) {
    return 'Does the app trust this issuer (issuer.trust()), its audience and its clock?'
  }
  if (status === 403) return 'Give the scope or the claims that the route wants.'
  if (status === 404 || status === 405) return 'Check path and method.'
  if (status === 400 || status === 415 || status === 422) {
    return 'Give the body that the route wants.'
  }
  if (status === 429) return 'Turn the rate limiter off for this test: it hides results.'
  return 'As long as the good token does not pass, a refusal proves nothing.'
}
