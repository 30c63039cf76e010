import type { TestIssuer } from '../../issuer.ts'
import type { Reply } from './connection.ts'

/** A frame of a stack trace, plain or in HTML; Bun writes a function without a name as `<anonymous>`. */
const frame =
  /\bat (?:async )?(?:<anonymous> )?[^\n<]{0,200}?(?:node:|file:\/\/|[A-Z]:\\|\/)[^\s<)]*:\d+:\d+/
const privateKey = /-----BEGIN (?:\w+ )?PRIVATE KEY-----/

/** Shorter ones are in anything by chance. */
const shortest = 16

/** What an answer tells that it must not, or undefined: the token, its segments, a stack trace, a key. */
export function leakIn(reply: Reply, token: string, issuer: TestIssuer): string | undefined {
  const shown = [...Object.entries(reply.headers).flat(), reply.body].join('\n')
  const shows = (secret: unknown): boolean =>
    typeof secret === 'string' && secret.length >= shortest && shown.includes(secret)

  if (shows(token)) return 'shows the token'
  if (token.split('.').some(shows)) return 'shows a part of the token'
  if (frame.test(shown)) return 'shows a stack trace'
  const secrets = issuer.keys.all.flatMap(({ privateJwk: { d, p, q } }) => [d, p, q])
  if (privateKey.test(shown) || secrets.some(shows)) return 'shows a private key'
  return undefined
}
