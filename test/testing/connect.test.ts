import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { decodeJwt, decodeProtectedHeader } from 'jose'
import { createVerifier } from 'tollgate'
import type { Claims, RemoteTestIssuer, ServedTestIssuer } from 'tollgate/testing'
import {
  connectTestIssuer,
  createTestIssuer,
  faults,
  hostileTokens,
  serveTestIssuer,
} from 'tollgate/testing'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { faultNames, makeFault, recipeOf } from '../../src/testing/control/fault-recipe.ts'
import { startIssuer } from '../cli/stage.ts'
import { signingBy } from '../keys.ts'

let served: ServedTestIssuer
let remote: RemoteTestIssuer
beforeAll(async () => {
  served = await serveTestIssuer()
  remote = await connectTestIssuer(served.url)
})
afterAll(() => served.close())
afterEach(() => served.reset())

const verify = (token: string) => createVerifier(served.trust()).verify(token)

describe('connectTestIssuer', () => {
  test('it knows the URL and the audience of the issuer', () => {
    expect([remote.url, remote.audience]).toEqual([served.url, served.audience])
    expect(served.controlUrl).toBe(`${served.url}/_test`)
  })

  test('mint() gives tokens that a verifier of that issuer accepts, with claims and options', async () => {
    const claims = { sub: 'ada', scope: ['a', 'b'], roles: ['admin'] }
    const token = await remote.mint(claims, { expiresIn: 60, header: { extra: 1 } })
    const auth = await verify(token)
    expect(auth).toMatchObject({ subject: 'ada', scopes: ['a', 'b'], roles: ['admin'] })
    expect(decodeProtectedHeader(token)['extra']).toBe(1)
    const { iat = 0, exp } = decodeJwt(token)
    expect(exp).toBe(iat + 60)
  })

  test('what is undefined is left out, as in the process of the issuer', async () => {
    const given = [
      { jti: undefined, client_id: undefined },
      { header: { kid: undefined } },
    ] as const
    const [there, here] = [await remote.mint(...given), served.mint(...given)]
    const names = (token: string) => [
      Object.keys(decodeJwt(token)).sort(),
      Object.keys(decodeProtectedHeader(token)).sort(),
    ]
    expect(names(there)).toEqual(names(here))
    expect(names(there)[0]).not.toContain('jti')
    expect(names(there)[1]).not.toContain('kid')
  })

  test.each([
    ['a machine', { machine: true }, (t: string) => decodeJwt(t).sub === 'client-1'],
    ['no kid', { kid: null }, (t: string) => decodeProtectedHeader(t).kid === undefined],
    ['raw bytes', { raw: '"text"' }, (t: string) => t.split('.')[1] === 'InRleHQi'],
    ['an age', { age: 100 }, (t: string) => Number(decodeJwt(t).iat) < Date.now() / 1000 - 90],
  ] as const)('mint() takes %s', async (_, options, holds) => {
    expect(holds(await remote.mint({}, options))).toBe(true)
  })

  test('mint() signs with the key of an attacker', async () => {
    const token = await remote.mint({}, { key: 'attacker' })
    await expect(verify(token)).rejects.toMatchObject({ reason: 'unknown-key' })
  })

  test.each([
    ['expired', 'expired'],
    ['notYetValid', 'not-yet-valid'],
    ['tampered', 'signature'],
    ['wrongKey', 'signature'],
    ['unknownKid', 'unknown-key'],
    ['wrongAudience', 'audience'],
    ['wrongIssuer', 'issuer'],
    ['unsigned', 'malformed'],
    ['idToken', 'token-type'],
    ['garbage', 'opaque'],
  ] as const)('bad.%s() is refused as %s', async (name, reason) => {
    await expect(verify(await remote.bad[name]({ sub: 'ada' }))).rejects.toMatchObject({
      status: 401,
      reason,
    })
  })

  test('hostile() gives the token of a case, and refuses one that is not in the catalogue', async () => {
    const wanted = hostileTokens(served).find(({ id }) => id === 'alg/none')
    const token = await remote.hostile('alg/none', { sub: 'ada' })
    expect(decodeProtectedHeader(token)).toEqual(decodeProtectedHeader(wanted?.token ?? ''))
    await expect(remote.hostile('alg/nothing')).rejects.toThrow(TypeError)
  })

  test('rotate() changes the key that signs, and retire() unpublishes one', async () => {
    const old = served.keys.current.kid
    const { kid } = await remote.rotate({ alg: 'EdDSA' })
    expect(served.keys.current).toMatchObject({ kid, alg: 'EdDSA' })
    expect(decodeProtectedHeader(await remote.mint()).kid).toBe(kid)
    await remote.retire(old)
    expect(served.jwks.keys.map((key) => key.kid)).toEqual([kid])
  })

  test('fail() breaks an endpoint until it is disposed of', async () => {
    const jwks = async () => (await fetch(`${served.url}/jwks`)).status
    {
      await using _ = await remote.fail('jwks', faults.status(503))
      expect([await jwks(), await jwks()]).toEqual([503, 503])
    }
    expect(await jwks()).toBe(200)
    await remote.fail('jwks', faults.status(500), { times: 1, after: 1 })
    expect([await jwks(), await jwks(), await jwks()]).toEqual([200, 500, 200])
  })

  test('one fault is ended, and others go on', async () => {
    const first = await remote.fail('jwks', faults.status(500))
    await remote.fail('userinfo', faults.status(502))
    await first[Symbol.asyncDispose]()
    expect((await fetch(`${served.url}/jwks`)).status).toBe(200)
    expect((await fetch(`${served.url}/userinfo`)).status).toBe(502)
  })

  test('requests() has what reached the issuer, without headers, and not what this object asked', async () => {
    await fetch(`${served.url}/jwks`, { headers: { authorization: 'Basic c2VjcmV0' } })
    expect(await remote.requests()).toEqual([
      { endpoint: 'jwks', method: 'GET', url: `${served.url}/jwks`, at: expect.any(Number) },
    ])
  })

  test('clock moves the clock of the issuer', async () => {
    await remote.clock.freeze(new Date(1_000_000_000_000))
    expect(served.clock.now()).toBe(1_000_000_000_000)
    await remote.clock.advance(60)
    expect(served.clock.now()).toBe(1_000_000_060_000)
    await remote.clock.set(2_000_000_000_000)
    expect(served.clock.now()).toBe(2_000_000_000_000)
    await remote.clock.reset()
    expect(Math.abs(served.clock.now() - Date.now())).toBeLessThan(60_000)
    await remote.clock.freeze()
    expect(served.clock.now()).toBe(served.clock.now())
  })

  test.each([
    ['clock.set', () => remote.clock.set(new Date('x'))],
    ['clock.advance', () => remote.clock.advance(Number.NaN)],
    ['rotate', () => remote.rotate({ algo: 'ES256' } as object)],
    ['rotate', () => remote.rotate({ alg: 'HS256' as 'ES256' })],
    ['retire', () => remote.retire('none')],
    ['mint', () => remote.mint([] as unknown as Claims)],
    ['mint', () => remote.mint({}, { expiresIn: '1h' as unknown as number })],
    ['mint', () => remote.mint({}, { expires: 5 } as object)],
    ['fail', () => remote.fail('nothing' as 'jwks', faults.hang())],
    ['fail', () => remote.fail('token', faults.jwks.empty())],
    ['fail', () => remote.fail('jwks', faults.hang(), { time: 1 } as object)],
    ['fail', () => remote.fail('jwks', faults.hang(), { times: -1 })],
    ['fail', () => remote.fail('jwks', {} as ReturnType<typeof faults.hang>)],
  ])('%s rejects with a TypeError for what makes no sense', async (_, run) => {
    const before = served.clock.now()
    await expect(run()).rejects.toThrow(TypeError)
    expect(Math.abs(served.clock.now() - before)).toBeLessThan(60_000)
  })

  test('reset() resets keys, faults, log and clock', async () => {
    await remote.rotate()
    await remote.fail('*', faults.status(503))
    await remote.clock.advance(1000)
    await remote.reset()
    expect(served.keys.all).toHaveLength(1)
    expect((await fetch(`${served.url}/jwks`)).status).toBe(200)
    expect(Math.abs(served.clock.now() - Date.now())).toBeLessThan(60_000)
  })
})

describe('a fault in another process', () => {
  test('every function of faults makes one that can be made once more from JSON', () => {
    const made = [
      faults.status(503, { body: 'x', headers: { 'retry-after': '1' } }),
      ...[faults.slow(1), faults.hang(), faults.refuse(), faults.dnsFailure(), faults.reset(3)],
      ...[faults.drip(10), faults.body('<html>', 'text/html'), faults.huge(10)],
      ...[faults.gzipBomb(10), faults.truncate(), faults.redirect('http://x.test')],
      ...Object.values(faults.jwks).map((make) => (make as (n?: number) => never)(1024)),
      ...Object.values(faults.metadata).map((make) => make()),
    ]
    const recipes = made.map((fault) => recipeOf(fault))
    expect(recipes.map((recipe) => recipe?.name).sort()).toEqual([...faultNames].sort())
    for (const [at, recipe] of recipes.entries()) {
      const again = makeFault(JSON.parse(JSON.stringify(recipe)))
      expect([again.name, recipeOf(again)]).toEqual([made[at]?.name, recipe])
    }
  })

  test('bytes and headers arrive as they were given', async () => {
    await remote.fail('jwks', faults.body(new Uint8Array([0xff, 0]), 'text/x'), { times: 1 })
    const bytes = await fetch(`${served.url}/jwks`)
    expect(new Uint8Array(await bytes.arrayBuffer())).toEqual(new Uint8Array([0xff, 0]))
    expect(bytes.headers.get('content-type')).toBe('text/x')
    const later = faults.status(429, { headers: { 'retry-after': '7' } })
    await remote.fail('jwks', later, { times: 1 })
    expect((await fetch(`${served.url}/jwks`)).headers.get('retry-after')).toBe('7')
  })

  test.each([
    [{ name: 'staus', args: [1] }, /did you mean 'status'/],
    [{ name: '__proto__' }, /is no fault/],
    [{ name: 'constructor' }, /is no fault/],
    [{ name: 'status', args: 503 }, /must be a list/],
    [{ name: 'status', args: ['503'] }, /must be a number/],
    [{ name: 'body', args: [5] }, /must be a text/],
    [{ name: 'hang', extra: 1 }, /unknown option/],
    ['hang', /must be a plain object/],
  ])('%j is refused', (recipe, message) => {
    expect(() => makeFault(recipe)).toThrow(message)
  })
})

describe('what may connect', () => {
  test.each([
    ['no URL', 'localhost:4400'],
    ['another scheme', 'ftp://localhost'],
    ['a number', 4400 as unknown as string],
  ])('%s is refused with a TypeError', async (_, url) => {
    await expect(connectTestIssuer(url)).rejects.toThrow(/argument 'url' of connectTestIssuer/)
  })

  test('an unknown option, and a token that no header can hold, are refused with a TypeError', async () => {
    await expect(connectTestIssuer(served.url, { secret: 'x' } as object)).rejects.toThrow(
      TypeError,
    )
    await expect(connectTestIssuer(served.url, { controlToken: 'a\nb' })).rejects.toThrow(TypeError)
  })

  test('where no test issuer answers, an Error says how to start one', async () => {
    await using silent = await serveTestIssuer({ control: false })
    for (const url of ['http://127.0.0.1:9', silent.url]) {
      await expect(connectTestIssuer(url)).rejects.toThrow(/start it with 'npx tollgate issuer'/)
    }
    expect(silent.controlUrl).toBeUndefined()
  })

  test('an issuer with a control token wants it, and keeps it', async () => {
    const token = 'a-control-token-of-this-test'
    await using guarded = await serveTestIssuer({ control: { token } })
    await expect(connectTestIssuer(guarded.url)).rejects.toThrow(/wants its control token/)
    const wrong = { controlToken: 'wrong' }
    await expect(connectTestIssuer(guarded.url, wrong)).rejects.toThrow(/wants .*'controlToken'/)
    await expect(connectTestIssuer(guarded.url, { token } as object)).rejects.toThrow(
      /the option is named 'controlToken'/,
    )
    const { controlToken = '' } = guarded
    expect(controlToken).toBe(token)
    const connected = await connectTestIssuer(guarded.url, { controlToken })
    expect(decodeJwt(await connected.mint()).iss).toBe(guarded.url)
  })

  test.each([
    ['a short token', { token: 'short' }],
    ['a token with a space', { token: 'a control token with spaces' }],
    ['a text', 'a-control-token-of-this-test'],
    ['an unknown member', { tokn: 'a-control-token-of-this-test' }],
  ])('control: %s is refused', async (_, control) => {
    await expect(serveTestIssuer({ control: control as unknown as boolean })).rejects.toThrow(
      /control|tokn/,
    )
  })

  test('it connects to tollgate issuer by the variables that it prints', async () => {
    const stage = await startIssuer()
    const connected = await connectTestIssuer(stage.variables['TOLLGATE_CONTROL_URL'] as string)
    expect(decodeJwt(await connected.mint({ sub: 'ada' }))).toMatchObject({
      iss: stage.variables['ISSUER'],
      sub: 'ada',
    })
    await stage.stop()
    await expect(connected.mint()).rejects.toThrow(/does not answer any more/)
  })

  test('another process mints, rotates and breaks', async () => {
    const code = `
      import { connectTestIssuer, faults } from 'tollgate/testing'
      const issuer = await connectTestIssuer(process.argv[1])
      const { kid } = await issuer.rotate()
      await issuer.fail('userinfo', faults.status(503))
      console.log(JSON.stringify({ kid, token: await issuer.mint({ sub: 'far' }) }))`
    const root = `${import.meta.dirname}/../..`
    const args = ['--conditions=@tollgate/source', '--import', 'tsx', '--input-type=module', '-e']
    const run = promisify(execFile)
    const { stdout } = await run(process.execPath, [...args, code, served.url], { cwd: root })
    const { kid, token } = JSON.parse(stdout)
    expect(served.keys.current.kid).toBe(kid)
    expect((await verify(token)).subject).toBe('far')
    expect((await fetch(`${served.url}/userinfo`)).status).toBe(503)
  })
})

describe('tokens with the claims of another kind of issuer', () => {
  const mint = async (request: object) => {
    const response = await fetch(`${served.url}/_test/mint`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(request),
    })
    return (await response.json()) as { token: string; error?: string }
  }

  test('they keep the issuer, the audience and the key of this one', async () => {
    for (const shape of ['keycloak', 'auth0', 'okta', 'cognito', 'supabase', 'spiffe', 'entra']) {
      const { token } = await mint({ shape, claims: { extra: shape } })
      const claims = decodeJwt(token)
      expect(claims).toMatchObject({ iss: served.url, extra: shape })
      if (claims.aud !== undefined) expect([claims.aud].flat()).toContain(served.audience)
      expect(decodeProtectedHeader(token).kid).toBe(served.keys.current.kid)
    }
  })

  test('they have the claims and the typ of that kind, of a person and of a machine', async () => {
    const like = createTestIssuer({ shape: 'keycloak', keys: signingBy('RS256').keys })
    for (const machine of [false, true]) {
      const { token } = await mint({ shape: 'keycloak', machine })
      const real = like.mint({}, { machine })
      expect(Object.keys(decodeJwt(token)).sort()).toEqual(Object.keys(decodeJwt(real)).sort())
      expect(decodeProtectedHeader(token).typ).toBe(decodeProtectedHeader(real).typ)
    }
  })

  test.each([
    { shape: 'keyclok' },
    { shape: 'constructor' },
    { bad: 'expired', shape: 'keycloak' },
    { bad: 'expired', expiresIn: 5 },
    { hostile: 'alg/none', bad: 'expired' },
    { kid: 5 },
    { header: 'x' },
    { raw: {} },
    { key: 'current' },
    { without: { claims: 'jti' } },
    { without: { other: [] } },
  ])('%j is refused', async (request) => {
    expect(await mint(request)).toEqual({ error: expect.any(String) })
  })
})
