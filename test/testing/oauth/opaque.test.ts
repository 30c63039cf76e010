import { createTestIssuer, faults, serveTestIssuer } from 'tollgate/testing'
import { describe, expect, it } from 'vitest'

async function post(
  issuer: Pick<ReturnType<typeof createTestIssuer>, 'fetch' | 'url'>,
  path: string,
  form: Record<string, string>,
  send: typeof globalThis.fetch = issuer.fetch,
): Promise<Record<string, unknown>> {
  const response = await send(`${issuer.url}${path}`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa('api:secret')}` },
    body: new URLSearchParams(form),
  })
  return (await response.json()) as Record<string, unknown>
}

describe('opaque tokens of the test issuer', () => {
  it('are texts without a meaning, and the introspection endpoint says what they stand for', async () => {
    const issuer = createTestIssuer()
    const token = issuer.opaque({ sub: 'alice', scope: ['a', 'b'] }, { prefix: 'acme_' })
    expect(token).toMatch(/^acme_[\w-]{43}$/)
    expect(issuer.opaque()).not.toBe(issuer.opaque())
    expect(await post(issuer, '/introspect', { token })).toMatchObject({
      active: true,
      iss: issuer.url,
      aud: issuer.audience,
      sub: 'alice',
      scope: 'a b',
      client_id: 'client-1',
      token_type: 'Bearer',
    })
    expect(await post(issuer, '/introspect', { token: 'nobody' })).toEqual({ active: false })
  })

  it('are no longer active once they have expired or were revoked, and JWTs neither', async () => {
    const issuer = createTestIssuer()
    const [a, b, jwt] = [issuer.opaque({}, { expiresIn: 60 }), issuer.opaque(), issuer.mint()]
    issuer.revoke(b)
    issuer.revoke(jwt)
    issuer.clock.advance(61)
    for (const token of [a, b, jwt]) {
      expect(await post(issuer, '/introspect', { token })).toEqual({ active: false })
    }
    const fresh = issuer.opaque()
    await post(issuer, '/revoke', { token: fresh, client_id: 'api' })
    issuer.reset()
    expect(await post(issuer, '/introspect', { token: fresh })).toEqual({ active: false })
  })

  it('can be exchanged, and used at userinfo', async () => {
    const issuer = createTestIssuer()
    const exchanged = await post(issuer, '/token', {
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      subject_token: issuer.opaque({ sub: 'alice' }),
      subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      audience: 'https://next.test',
    })
    expect(exchanged).toMatchObject({ token_type: 'Bearer', access_token: expect.any(String) })
    const authorization = `Bearer ${issuer.opaque({ sub: 'alice', scope: 'openid' })}`
    const info = await issuer.fetch(`${issuer.url}/userinfo`, { headers: { authorization } })
    expect(await info.json()).toMatchObject({ sub: 'alice' })
  })

  it('faults apply to the endpoints, which are logged by their names', async () => {
    const issuer = createTestIssuer()
    issuer.fail('introspection', faults.status(503))
    const response = await issuer.fetch(`${issuer.url}/introspect`, { method: 'POST', body: 'x' })
    expect(response.status).toBe(503)
    expect(issuer.requests.count('introspection')).toBe(1)
  })

  it('the same is served over HTTP', async () => {
    await using issuer = await serveTestIssuer()
    const token = issuer.opaque({ sub: 'alice' })
    const ask = () => post(issuer, '/introspect', { token }, globalThis.fetch)
    expect(await ask()).toMatchObject({ active: true, sub: 'alice' })
    issuer.revoke(token)
    expect(await ask()).toEqual({ active: false })
  })

  it('are the same in every process of a deterministic issuer', () => {
    const tokens = (): readonly string[] => {
      const issuer = createTestIssuer({ deterministic: true })
      return [issuer.opaque(), issuer.opaque()]
    }
    expect(tokens()).toEqual(tokens())
    expect(new Set(tokens()).size).toBe(2)
  })

  it.each([
    [{ prefix: 'a b' }, /'prefix' of issuer\.opaque must be/],
    [{ prefix: 7 }, /'prefix'/],
    [{ prefixes: 'x' }, /did you mean 'prefix'/],
    [{ expiresIn: 'soon' }, /'expiresIn'/],
  ])('the options %j are refused', (options, message) => {
    expect(() => createTestIssuer().opaque({}, options as never)).toThrow(message)
  })
})
