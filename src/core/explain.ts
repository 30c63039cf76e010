import type { Awaitable } from './awaitable.ts'
import { AuthError } from './errors.ts'
import type { FormatContext, Stage, Verification } from './formats/format.ts'
import { createVerification } from './formats/format.ts'
import { failedAt } from './formats/stages.ts'
import { hintOf } from './hints/hints.ts'

/** One check of a token. */
interface ExplainedCheck {
  /** The reason for which `verify()` refuses a token that fails this check. */
  readonly name: string
  readonly outcome: 'passed' | 'failed' | 'not reached'
  /**
   * Of the check that failed: what was found, what was expected and what changes it, as the event
   * `token.refused` tells it. For developers, and never for the caller.
   */
  readonly hint?: string
}

/** Why a token is accepted or refused. */
export interface Explanation {
  readonly accepted: boolean
  /** The trusted issuer of the token, as soon as it is known. */
  readonly issuer?: string
  /** Every check in the order in which they are made. The first that fails is the last one made. */
  readonly checks: readonly ExplainedCheck[]
}

/**
 * @param verify Makes every check of a token, without the token cache.
 * @param stagesFor Gives the checks of a token, which depend on its form.
 */
export function createExplain(
  verify: (token: string, run: Verification) => Awaitable<unknown>,
  stagesFor: (token: string) => readonly Stage[],
  context: FormatContext,
): (token: string) => Promise<Explanation> {
  function explanationOf(
    token: string,
    run: Verification,
    error: AuthError | undefined,
  ): Explanation {
    const stages = stagesFor(token)
    const names = stages.flatMap(({ checks }) => checks)
    const at = error === undefined ? names.length : failedAt(stages, run, error.reason)
    const checks = names.map((name, i): ExplainedCheck => {
      if (error === undefined || i < at) return { name, outcome: 'passed' }
      if (i > at) return { name, outcome: 'not reached' }
      return { name, outcome: 'failed', ...hintOf({ error, issuers: context.issuers, ...run }) }
    })
    return Object.freeze({
      accepted: error === undefined,
      ...(run.issuer !== undefined && { issuer: run.issuer.issuer }),
      checks: Object.freeze(checks.map((check) => Object.freeze(check))),
    })
  }

  return async (token) => {
    const run = createVerification(undefined, undefined, true)
    try {
      await verify(token, run)
    } catch (error) {
      if (error instanceof AuthError) return explanationOf(token, run, error)
      throw error
    }
    return explanationOf(token, run, undefined)
  }
}
