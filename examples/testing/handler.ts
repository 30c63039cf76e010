import type { Request, Response } from 'express'
import { getAuth } from 'tollgate/express'

/** A handler that stands behind requireAuth(), in a file of its own. */
export function showMe(req: Request, res: Response): void {
  const { subject, roles } = getAuth(req)
  res.json({ id: subject, isAdmin: roles.includes('admin') })
}
