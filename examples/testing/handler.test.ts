import type { Request, Response } from 'express'
import { withAuth } from 'tollgate/testing'
import { expect, it, vi } from 'vitest'
import { showMe } from './handler.ts'

it('shows who the caller is', () => {
  const json = vi.fn()
  const req = withAuth({} as Request, { sub: 'alice', roles: ['admin'] })
  showMe(req, { json } as unknown as Response)
  expect(json).toHaveBeenCalledWith({ id: 'alice', isAdmin: true })
})
