import type { Operations } from '../../../testing/control/operations.ts'
import type { IssuerShape } from '../../../testing/shapes/shapes.ts'
import { shapes } from '../../../testing/shapes/shapes.ts'
import type { TestIssuer } from '../../../testing.ts'
import { callApi, readApiCall } from '../api/call-api.ts'
import { explainAnswer } from '../api/explain-answer.ts'
import { verdictOf } from '../api/verdict.ts'

interface Parts {
  readonly issuer: TestIssuer
  readonly keysAt: string
  readonly shape: IssuerShape | undefined
}

/** What stands at the head of the page. */
export interface About {
  readonly issuer: string
  readonly audience: string | readonly string[]
  readonly keysAt: string
  readonly shape: string
  /** The kinds of issuers whose claims a token can have. */
  readonly shapes: readonly string[]
}

/** What the page asks beside what every issuer can be told. */
export function pageOperations({ issuer, keysAt, shape }: Parts): Operations {
  return {
    'GET /about': (): About => ({
      issuer: issuer.url,
      audience: issuer.audience,
      keysAt,
      shape: shape ?? 'RFC 9068',
      shapes: Object.keys(shapes),
    }),
    'POST /call': async ({ body }) => {
      const call = readApiCall(body)
      const answer = await callApi(call)
      const verdict = call.token === undefined ? undefined : await verdictOf(call.token, issuer)
      return { ...answer, ...explainAnswer(answer, call, verdict) }
    },
  }
}
