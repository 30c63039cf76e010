import type { Connection, Reply, RequestTemplate } from './connection.ts'
import { bearerRequest } from './connection.ts'
import { isSuccess } from './verdict.ts'

/** What the proof needs: where it asks, and which tokens it sends. */
export interface ScopeProof {
  readonly connection: Connection
  readonly template: RequestTemplate
  /** The scopes that the route must demand. */
  readonly scopes: readonly string[]
  /** Mints a token that has this scope, and is good otherwise. Undefined means no claim `scope`. */
  readonly mint: (scope: string | undefined) => string
  /** The status of a request without a token. */
  readonly noToken: number
}

/** A scope of a good token, and the scopes that it lacks. */
interface Attempt {
  readonly scope: string | undefined
  readonly lacks: readonly string[]
}

/**
 * Sends good tokens that lack a scope, each of which the route must refuse. Resolves to what is
 * wrong, as sentences: for each scope that the route does not demand, the first token that showed
 * it.
 */
export async function findUndemandedScopes(proof: ScopeProof): Promise<readonly string[]> {
  const problems = new Map<string, string>()
  for (const attempt of attemptsWithout(proof.scopes)) {
    const named = nameScopes(attempt.lacks)
    if (problems.has(named)) continue
    const token = proof.mint(attempt.scope)
    const reply = await proof.connection.send(bearerRequest(proof.template, token))
    if (!isRefused(reply, proof.noToken)) problems.set(named, describe(attempt, reply, proof))
  }
  return [...problems.values()]
}

/**
 * No scope at all, then each scope left out in turn, then in its place two that merely contain its
 * name: a guard that searches the text of the claim finds the name in them, as a word and at the
 * beginning and the end of the text, too.
 */
function attemptsWithout(scopes: readonly string[]): readonly Attempt[] {
  if (scopes.length === 0) return []
  const each = scopes.map((scope) => ({
    lacks: [scope],
    others: scopes.filter((other) => other !== scope),
  }))
  return [
    { lacks: scopes, scope: undefined },
    ...each
      .filter(({ others }) => others.length > 0)
      .map(({ lacks, others }) => ({ lacks, scope: others.join(' ') })),
    ...each.map(({ lacks, others }) => ({
      lacks,
      scope: [`${lacks}-not`, ...others, `not-${lacks}`].join(' '),
    })),
  ]
}

/**
 * Whether an answer is a refusal. An app that hides its routes answers as it answers without a
 * token; but a failure of the app (5xx) or of a rate limiter (429) says nothing about scopes.
 */
function isRefused({ status }: Reply, noToken: number): boolean {
  if (status === 401 || status === 403) return true
  return status === noToken && status >= 300 && status < 500 && status !== 429
}

function describe(
  { scope, lacks }: Attempt,
  { status, why }: Reply,
  { template: { method, path } }: ScopeProof,
): string {
  const named = nameScopes(lacks)
  const token = `a good token ${scope === undefined ? 'without a scope' : `with the scope '${scope}'`}`
  const answer = why ?? `it answered ${status}`
  return isSuccess(status)
    ? `${method} ${path} does not demand ${named}: ${answer} to ${token}. If that is meant, give the scope in claims: { scope } instead.`
    : `${method} ${path} must refuse ${token} with 403 or 401, because it lacks ${named}: ${answer}.`
}

function nameScopes(scopes: readonly string[]): string {
  const names = scopes.map((scope) => `'${scope}'`).join(', ')
  return `the scope${scopes.length > 1 ? 's' : ''} ${names}`
}
