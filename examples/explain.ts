import type { Verifier } from 'tollgate'

/** What a verifier does with a token, check by check. For developers, and never for the caller. */
export async function explain(verifier: Verifier, token: string): Promise<string> {
  const { accepted, checks } = await verifier.explain(token)
  const lines = checks.map(({ name, outcome, hint = '' }) => `${outcome}: ${name} ${hint}`.trim())
  return [accepted ? 'accepted' : 'refused', ...lines].join('\n')
}
