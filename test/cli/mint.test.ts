import { decodeJwt, decodeProtectedHeader } from 'jose'
import { createVerifier } from 'tollgate'
import { createTestIssuer } from 'tollgate/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { badTokens } from '../../src/testing/control/mint-request.ts'
import { finish, startIssuer } from './stage.ts'

describe('mint, where no issuer runs', () => {
  test('mint prints the token alone to stdout, and says on stderr that no API knows it', async () => {
    const { code, output, notes } = await finish(['mint'])
    expect(code).toBe(0)
    expect(output).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/)
    expect(notes).toContain('a new key that no API knows')
  })

  test('the flags of mint say what stands in the token', async () => {
    const { output } = await finish([
      ...['mint', '--sub', 'ada', '--scope', 'a b', '--aud', 'https://one.test'],
      ...['--claim', 'level=5', '--claim-json', 'roles=["admin"]', '--claim', 'a=b=c'],
      ...['--expires-in', '2m', '--alg', 'RS256'],
    ])
    const { iat = 0, exp = 0, ...claims } = decodeJwt(output)
    expect(exp - iat).toBe(120)
    expect(claims).toMatchObject({ sub: 'ada', scope: 'a b', aud: 'https://one.test' })
    expect(claims).toMatchObject({ level: '5', roles: ['admin'], a: 'b=c' })
    expect(decodeProtectedHeader(output)).toMatchObject({ alg: 'RS256', typ: 'at+jwt' })
  })

  test('several audiences become a list, and without flags a token lasts an hour', async () => {
    const { output } = await finish(['mint', '--aud', 'https://a.test', '--aud', 'https://b.test'])
    const { iat = 0, exp = 0, aud } = decodeJwt(output)
    expect([aud, exp - iat]).toEqual([['https://a.test', 'https://b.test'], 3600])
  })

  test('the tokens of a seed are those of an issuer with the same seed', async () => {
    const { output, notes } = await finish(['mint', '--seed', 'compose'])
    const issuer = createTestIssuer({ url: 'http://localhost:4400', keys: { seed: 'compose' } })
    const verifier = createVerifier(issuer.trust())
    await expect(verifier.verify(output.trim())).resolves.toMatchObject({ subject: 'user-1' })
    expect(notes).toContain('the key of the seed')
  })

  test.each(['--issuer', 'TOLLGATE_CONTROL_URL'])(
    'an issuer that %s names and that does not answer is an error, with exit code 3',
    async (named) => {
      const url = 'http://127.0.0.1:9'
      const { code, output, notes } = await (named === '--issuer'
        ? finish(['mint', '--issuer', url])
        : finish(['mint'], { variables: { TOLLGATE_CONTROL_URL: url } }))
      expect([code, output]).toEqual([3, ''])
      expect(notes).toContain(`${named} names ${url}, where no 'tollgate issuer' answers`)
    },
  )
})

describe('mint, where an issuer runs', () => {
  let stage: Awaited<ReturnType<typeof startIssuer>>
  beforeAll(async () => {
    stage = await startIssuer('--aud', 'https://orders.test')
  })
  afterAll(() => stage.stop())

  const verifier = () =>
    createVerifier({
      issuer: stage.variables['ISSUER'] as string,
      audience: 'https://orders.test',
      allowInsecureLoopback: true,
    })

  test('an API that trusts the running issuer accepts its first token', async () => {
    const auth = await verifier().verify(stage.variables['TOKEN'] as string)
    expect(auth.subject).toBe('user-1')
  })

  test.each(['--issuer', 'the environment lines'])('mint finds the issuer by %s', async (by) => {
    const { variables } = stage
    const url = ['--issuer', variables['ISSUER'] as string]
    const { code, output, notes } = await finish(
      ['mint', '--sub', 'ada', '--scope', 'orders:read', ...(by === '--issuer' ? url : [])],
      by === '--issuer' ? {} : { variables },
    )
    expect(code).toBe(0)
    expect(notes).toContain(`minted by the running issuer ${variables['ISSUER']}`)
    const auth = await verifier().verify(output.trim())
    expect(auth).toMatchObject({ subject: 'ada', scopes: ['orders:read'] })
  })

  test('mint finds the issuer at the default port', async () => {
    const { variables } = stage
    const toDefaultPort: typeof fetch = (input, init) =>
      fetch(String(input).replace('http://localhost:4400', variables['ISSUER'] as string), init)
    const { output } = await finish(['mint'], { fetch: toDefaultPort })
    await expect(verifier().verify(output.trim())).resolves.toBeDefined()
  })

  test.each(Object.keys(badTokens))('a token of --bad %s is refused', async (bad) => {
    const { code, output } = await finish(['mint', '--bad', bad], { variables: stage.variables })
    expect(code).toBe(0)
    await expect(verifier().verify(output.trim())).rejects.toMatchObject({ status: 401 })
  })

  test('an algorithm that the issuer has no key for is refused, with the way to get one', async () => {
    const { variables } = stage
    const { code, output, notes } = await finish(['mint', '--alg', 'RS256'], { variables })
    expect([code, output]).toEqual([3, ''])
    expect(notes).toContain('this issuer signs ES256: start it with --alg RS256')
  })

  test('a server that only pretends to be an issuer writes nothing to the terminal', async () => {
    const answers: typeof fetch = async (input) =>
      Response.json(
        String(input).endsWith('/health')
          ? { tollgate: 'development issuer', issuer: 'https://\u001b[2J' }
          : { token: '\u001b[2J' },
      )
    const { code, output, notes } = await finish(['mint'], { fetch: answers })
    expect([code, output]).toEqual([3, ''])
    expect(notes).not.toContain('\u001b')
  })
})
