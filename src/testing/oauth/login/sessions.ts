import { randomBytes } from 'node:crypto'
import { RecentMap } from '../recent-map.ts'
import type { User } from '../users.ts'

/** That a browser is logged in (OpenID Connect Session Management). */
export interface Session {
  /** The `sid` of ID tokens. */
  readonly id: string
  readonly user: User
  /** Seconds since the epoch. */
  readonly authTime: number
  isOver: boolean
}

/** The sessions of browsers, which a cookie tells apart. */
export interface Sessions {
  /** The session of the browser that sent these headers, unless it is over. */
  of(headers: Headers): Session | undefined
  withId(id: string): Session | undefined
  start(user: User): Session
  /** The headers that make the browser keep a session, or forget one. */
  cookie(session: Session | undefined): Readonly<Record<string, string>>
  reset(): void
}

/**
 * @param base The URL of the issuer.
 * @param now Milliseconds since the epoch, by the issuer's clock.
 */
export function createSessions(base: string, now: () => number): Sessions {
  const sessions = new RecentMap<Session>()
  const { port, protocol } = new URL(base)
  // Cookies do not tell ports apart (RFC 6265 section 8.5), so that the name does.
  const name = `tollgate-session-${port || protocol.slice(0, -1)}`

  return {
    of(headers) {
      const cookies = (headers.get('cookie') ?? '').split('; ')
      const id = cookies.find((cookie) => cookie.startsWith(`${name}=`))?.slice(name.length + 1)
      const session = sessions.get(id ?? '')
      return session?.isOver === false ? session : undefined
    },
    withId: (id) => sessions.get(id),
    start(user) {
      const id = randomBytes(16).toString('base64url')
      const session = { id, user, authTime: Math.floor(now() / 1000), isOver: false }
      sessions.add(id, session)
      return session
    },
    cookie(session) {
      const life = session === undefined ? '; Max-Age=0' : ''
      const attributes = `Path=/; HttpOnly; SameSite=Lax${life}`
      return { 'set-cookie': `${name}=${session?.id ?? ''}; ${attributes}` }
    },
    reset: () => sessions.clear(),
  }
}
