import type { TestIssuer } from '../../issuer.ts'
import type { Reply } from './connection.ts'

/**
 * A line of a stack trace, as text or in HTML. Bun names a function without a name `<anonymous>`.
 */
const stackLine =
  /\bat (?:async )?(?:<anonymous> )?[^\n<]{0,200}?(?:node:|file:\/\/|[A-Z]:\\|\/)[^\s<)]*:\d+:\d+/
const privateKey = /-----BEGIN (?:\w+ )?PRIVATE KEY-----/

/** Shorter secrets are not searched for: an answer may contain the same characters by chance. */
const minSecretLength = 16

/**
 * What an answer shows that it must not: the token or a part of it, a stack trace, or a private
 * key. Undefined if it shows none of them.
 */
export function leakIn(reply: Reply, token: string, issuer: TestIssuer): string | undefined {
  const shown = [...Object.entries(reply.headers).flat(), reply.body].join('\n')
  const shows = (secret: unknown): boolean =>
    typeof secret === 'string' && secret.length >= minSecretLength && shown.includes(secret)

  if (shows(token)) return 'shows the token'
  if (token.split('.').some(shows)) return 'shows a part of the token'
  if (stackLine.test(shown)) return 'shows a stack trace'
  const secrets = issuer.keys.all.flatMap(({ privateJwk: { d, p, q } }) => [d, p, q])
  if (privateKey.test(shown) || secrets.some(shows)) return 'shows a private key'
  return undefined
}
