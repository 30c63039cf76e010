import { randomBytes } from 'node:crypto'
import type { Request as ExpressRequest, Response } from 'express'
import type { Request, SignedIn } from './sign-in.ts'

/** What the page knows of a browser: that it was sent away, that its user is here, or is leaving. */
export type Session =
  | { readonly request: Request }
  | { readonly signedIn: SignedIn; readonly leaving?: string }

export interface Sessions {
  read(req: ExpressRequest): Session | undefined
  /** Gives the browser a new cookie: nobody can have put in its place one that they know. */
  begin(req: ExpressRequest, res: Response, session: Session): void
  end(req: ExpressRequest, res: Response): void
}

const cookieName = 'relying-party'
const most = 1000

/** Sessions in memory. With more than one process, keep them in a store that all of them share. */
export function createSessions(): Sessions {
  const sessions = new Map<string, Session>()

  function idIn({ headers: { cookie = '' } }: ExpressRequest): string {
    const pairs = cookie.split(';').map((pair) => pair.trim())
    const found = pairs.filter((pair) => pair.startsWith(`${cookieName}=`))
    return found.length === 1 ? (found[0] ?? '').slice(cookieName.length + 1) : ''
  }

  return {
    read: (req) => sessions.get(idIn(req)),
    begin(req, res, session) {
      sessions.delete(idIn(req))
      // Everybody can begin one, so the oldest ones make room.
      for (const id of sessions.keys()) if (sessions.size >= most) sessions.delete(id)
      const id = randomBytes(32).toString('base64url')
      sessions.set(id, session)
      // With https, add `secure: true` and the prefix `__Host-` to the name.
      res.cookie(cookieName, id, { httpOnly: true, sameSite: 'lax', path: '/' })
    },
    end(req, res) {
      sessions.delete(idIn(req))
      res.clearCookie(cookieName, { path: '/' })
    },
  }
}
