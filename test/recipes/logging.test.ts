import supertest from 'supertest'
import { createVerifier } from 'tollgate'
import { createTestIssuer } from 'tollgate/testing'
import { describe, expect, it } from 'vitest'
import { createApp, createLogger } from '../../examples/recipes/logging.ts'

const issuer = createTestIssuer()

describe('examples/recipes/logging.ts', () => {
  const lines: string[] = []
  const log = createLogger({ write: (line) => void lines.push(line) })
  const app = createApp(issuer.trust(), log)
  const caller = { issuer: issuer.url, subject: 'alice', client: 'client-1' }
  const req = { method: 'GET', path: '/orders' }

  async function logged(token: string | undefined, status: number): Promise<object[]> {
    lines.length = 0
    const call = supertest(app).get('/orders?code=secret')
    if (token !== undefined) call.auth(token, { type: 'bearer' })
    await call.expect(status)
    expect(lines.join()).not.toMatch(/secret|eyJ/)
    return lines.map((line) => {
      const { level: _, time: __, pid: ___, hostname: ____, ...rest } = JSON.parse(line)
      return rest
    })
  }

  it('logs who called', async () => {
    expect(
      await logged(issuer.mint({ sub: 'alice', scope: 'orders:read', email: 'a@secret' }), 200),
    ).toEqual([{ req, status: 200, ...caller, msg: 'called' }])
  })

  it('logs each refusal with its request, and the caller where the token was good', async () => {
    expect(await logged(issuer.mint({ sub: 'alice' }), 403)).toContainEqual({
      req,
      status: 403,
      reason: 'scope',
      ...caller,
      msg: 'refused',
    })
    const refused = { req, status: 401, msg: 'refused' }
    const expired = await logged(issuer.bad.expired(), 401)
    expect(expired).toContainEqual({ ...refused, reason: 'expired' })
    expect(expired).toContainEqual({ reason: 'expired', hint: expect.any(String), msg: 'hint' })
    expect(await logged(undefined, 401)).toContainEqual({ ...refused, reason: 'no-credentials' })
  })

  it('redacts the token where somebody logs headers', () => {
    lines.length = 0
    log.info({ headers: { authorization: 'Bearer eyJsecret', cookie: 'a=secret', host: 'h' } })
    expect(JSON.parse(lines[0] as string).headers).toEqual({
      authorization: '[Redacted]',
      cookie: '[Redacted]',
      host: 'h',
    })
  })

  it('shows no token where somebody logs a whole Auth', async () => {
    lines.length = 0
    log.info({ auth: await createVerifier(issuer.trust()).verify(issuer.mint({ sub: 'alice' })) })
    expect(lines.join()).toContain('alice')
    expect(lines.join()).not.toContain('eyJ')
  })
})
