import express from 'express'
import supertest from 'supertest'
import { createAuth } from 'tollgate/express'
import { createTestIssuer, faults } from 'tollgate/testing'
import { describe, expect, it } from 'vitest'
import { createReloadable } from '../../examples/recipes/reload.ts'

const before = createTestIssuer({ url: 'https://before.test' })
const after = createTestIssuer({ url: 'https://after.test' })

function open() {
  const { verifier, reload } = createReloadable(before.trust())
  const { requireAuth } = createAuth({ verifier })
  const app = express().get('/orders', requireAuth({ scope: 'orders:read' }), (_req, res) => {
    res.json({ orders: [] })
  })
  const call = (token: string) => supertest(app).get('/orders').auth(token, { type: 'bearer' })
  return { verifier, reload, call }
}
const old = before.mint({ scope: 'orders:read' })
const young = after.mint({ scope: 'orders:read' })

describe('examples/recipes/reload.ts', () => {
  it('decides each request by the newest options', async () => {
    const { call, reload, verifier } = open()
    await call(old).expect(200)
    await call(young).expect(401)
    await reload(after.trust())
    await call(young).expect(200)
    // Also a token that was cached before.
    await call(old).expect(401)
    await call(after.mint()).expect(403)
    await call(after.bad.expired()).expect(401)
    expect(verifier.health()).toMatchObject([{ issuer: after.url, usable: true }])
  })

  it('asks for keys before it takes the options, so that no request waits', async () => {
    const { call, reload } = open()
    await reload(after.trust())
    const fetches = after.requests.count()
    await call(young).expect(200)
    expect(after.requests.count()).toBe(fetches)
  })

  it('keeps the old options where the new ones are wrong, or their issuer is down', async () => {
    const { call, reload } = open()
    await expect(reload({ ...after.trust(), audience: '' })).rejects.toThrow(TypeError)
    using _down = after.fail('*', faults.refuse())
    await expect(reload(after.trust())).rejects.toMatchObject({ status: 503 })
    await call(old).expect(200)
    await call(young).expect(401)
  })

  it('ends with the last options that were asked for', async () => {
    const { call, reload } = open()
    // The keys of the first come much later than those of the second.
    const fetch: typeof after.fetch = async (...request) => {
      await new Promise((resolve) => setTimeout(resolve, 50))
      return after.fetch(...request)
    }
    await Promise.all([reload(after.trust({ fetch })), reload(before.trust())])
    await call(old).expect(200)
    await call(young).expect(401)
  })

  it('decides a request that waits for keys by the options that it began with', async () => {
    let answer = (): void => {}
    const held = new Promise<void>((resolve) => {
      answer = resolve
    })
    const fetch: typeof before.fetch = async (...request) => {
      await held
      return before.fetch(...request)
    }
    const { verifier, reload } = createReloadable(before.trust({ fetch }))
    const decided = verifier.verify(old)
    await reload(after.trust())
    answer()
    expect(await decided).toMatchObject({ issuer: before.url })
    expect(await verifier.verify(young)).toMatchObject({ issuer: after.url })
  })
})
