import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { createTestIssuer, faults, hostileTokens, serveTestIssuer } from 'tollgate/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runs } from '../runs.ts'
import { finish } from './stage.ts'

const issuer = createTestIssuer()
const offline: typeof fetch = () => Promise.reject(new Error('there is no network'))
const explain = (input: string, ...flags: readonly string[]) =>
  finish(['explain', ...flags], { input, fetch: offline })

/** The outcomes of a check in printed lines, with their hints. */
function linesOf(output: string, name: string): readonly string[] {
  return output.split('\n').filter((line) => new RegExp(`^  [a-z ]{11}  ${name}(:|$)`).test(line))
}

describe('explain without an issuer', () => {
  test('a token that is good so far is not decided, because its signature was not checked', async () => {
    const { code, output, notes } = await explain(issuer.mint())
    expect([code, notes]).toEqual([3, ''])
    expect(linesOf(output, 'signature')).toEqual([
      '  not made     signature: give --issuer or --jwks',
    ])
    expect(linesOf(output, 'issuer')).toEqual(['  not made     issuer: give --issuer'])
    expect(linesOf(output, 'audience')).toEqual(['  not made     audience: give --audience'])
    expect(linesOf(output, 'expired')).toEqual(['  passed       expired'])
    expect(output).toMatch(/\nNot decided: [^\n]+\n$/)
  })

  test.each([
    ['expired', issuer.bad.expired()],
    ['malformed', issuer.bad.unsigned()],
    ['token-type', issuer.bad.idToken()],
    ['opaque', issuer.bad.garbage()],
    ['issuer', issuer.mint({ iss: undefined })],
    ['audience', issuer.mint({ aud: undefined })],
  ])('a token that fails the check %s is refused with its hint', async (name, token) => {
    const { code, output } = await explain(token)
    expect(code).toBe(1)
    expect(output).toMatch(new RegExp(`^  failed       ${name}: .{20}`, 'm'))
    expect(output.endsWith(`Refused: ${name}.\n`)).toBe(true)
  })

  test('a token with a false signature is not refused, and not accepted', async () => {
    for (const token of [issuer.bad.tampered(), issuer.mint({}, { kid: null })]) {
      expect((await explain(token)).code).toBe(3)
    }
  })

  test.each([' ', '\u2028', '*', ['https://*.example.com', ' ']])(
    'an audience that no API can have, %j, is a matter of the token and not of the command line',
    async (aud) => {
      const { code, output, notes } = await explain(issuer.mint({ aud }))
      expect([code, notes]).toEqual([1, ''])
      expect(output).toMatch(/^Refused: (audience|claims)\.$/m)
      const one = issuer.mint({ aud: ['https://api.test', aud].flat() })
      expect((await explain(one)).code).toBe(3)
    },
  )

  test('an issuer that no API can trust is what is wrong with its token', async () => {
    const { code, output } = await explain(issuer.mint({ iss: 'http://example.com' }))
    expect(code).toBe(1)
    expect(linesOf(output, 'issuer').join()).toMatch(/failed .*no API can trust this iss: .*https/)
    const jwt = ['--profile', 'jwt']
    expect((await explain(issuer.mint({ iss: 'stytch.com/project-1' }), ...jwt)).code).toBe(3)
    expect((await explain(issuer.mint({ iss: 'http://issuer:4000' }))).code).toBe(3)
  })

  test('the header and the claims are shown, and times as people read them', async () => {
    const exp = Math.floor(Date.now() / 1000) + 7300
    const { output } = await explain(issuer.mint({ exp, roles: ['admin'] }))
    expect(output).toMatch(/^ {2}alg {2}"ES256"$/m)
    expect(output).toMatch(/^ {2}roles {6}\["admin"\]$/m)
    expect(output).toMatch(new RegExp(`^  exp {8}${exp}  \\d{4}-.+Z, in 2 hours$`, 'm'))
  })

  test.each([
    (token: string) => `Authorization: Bearer ${token}\n`,
    (token: string) => `bearer ${token}`,
    (token: string) => `${token.slice(0, 40)}\r\n  ${token.slice(40)}\n`,
  ])('a token that was pasted with more around it is found', async (paste) => {
    expect((await explain(paste(issuer.mint()))).code).toBe(3)
  })

  test('a token as an argument is explained, too, with a warning on stderr', async () => {
    const { code, notes } = await finish(['explain', issuer.mint()], { fetch: offline })
    expect(code).toBe(3)
    expect(notes).toContain('stays in the history of the')
  })

  test('no token at all is a wrong command line', async () => {
    expect((await explain('\n')).code).toBe(2)
  })

  test('a person who types is asked on stderr, and one line is read', async () => {
    const input = `${issuer.mint()}\nmore`
    const { code, notes } = await finish(['explain'], { input, types: true, fetch: offline })
    expect(code).toBe(3)
    expect(notes).toBe('Paste the token, and press Enter:\n')
  })
})

describe('explain with keys', () => {
  const audience = ['--audience', issuer.audience as string]
  let folder: string
  let jwks: readonly string[]
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tollgate-explain-'))
    await writeFile(join(folder, 'jwks.json'), JSON.stringify(issuer.jwks))
    jwks = ['--jwks', join(folder, 'jwks.json')]
  })
  afterAll(() => rm(folder, { recursive: true }))

  test('a good token is accepted with exit code 0, once issuer, audience and keys are given', async () => {
    const all = ['--issuer', issuer.url, ...audience, ...jwks]
    const { code, output } = await explain(issuer.mint(), ...all)
    expect(code).toBe(0)
    expect(output).toMatch(/\nAccepted, as a token of https:\/\/issuer\.test\.\n$/)
    expect(output).not.toContain('not made')
  })

  test.each([
    ['--issuer', () => [...audience, ...jwks]],
    ['--audience', () => ['--issuer', issuer.url, ...jwks]],
  ])('without %s, a good token is not decided', async (_, flags) => {
    const { code, output } = await explain(issuer.mint(), ...flags())
    expect(code).toBe(3)
    expect(output).not.toContain('failed')
  })

  test('a false signature is refused', async () => {
    const { code, output } = await explain(issuer.bad.tampered(), ...jwks)
    expect(code).toBe(1)
    expect(output).toContain('Refused: signature.')
  })

  test('a file that cannot be read, or holds no keys, is a wrong command line', async () => {
    await writeFile(join(folder, 'no.json'), 'no')
    for (const [name, said] of [
      ['none.json', 'cannot read'],
      ['no.json', 'holds neither a JWK Set nor PEM'],
    ] as const) {
      const { code, notes } = await explain(issuer.mint(), '--jwks', join(folder, name))
      expect(code).toBe(2)
      expect(notes).toContain(said)
    }
  })
})

describe('explain --issuer', () => {
  test('the keys are fetched; where that fails, the token is not decided', async () => {
    await using served = await serveTestIssuer()
    const flags = ['explain', '--issuer', served.url, '--audience', served.audience as string]
    expect((await finish(flags, { input: served.mint() })).code).toBe(0)
    expect((await finish(flags, { input: served.bad.wrongKey() })).code).toBe(1)
    expect((await finish(flags, { input: issuer.mint() })).output).toContain('Refused: issuer.')
    served.fail('*', faults.status(503))
    const { code, output } = await finish(flags, { input: served.mint() })
    expect(code).toBe(3)
    expect(output).toContain('Not decided: the keys could not be fetched.')
  })
})

describe('the output of explain', () => {
  const forTerminals = /[^\x20-\x7e\n]/
  const control = '\u001b'
  const coloured = new RegExp(`${control}\\[\\d+m`, 'g')

  test('--json is for programs, and shows no token', async () => {
    const token = issuer.mint({ name: 'Zoë\u202e' })
    const { output } = await explain(token, '--json')
    const { verdict, header, claims, checks } = JSON.parse(output)
    expect([verdict, header.alg, claims.name]).toEqual(['undecided', 'ES256', 'Zoë\u202e'])
    expect(checks).toContainEqual({ name: 'expired', outcome: 'passed' })
    expect(output).not.toMatch(forTerminals)
    expect(output).not.toContain(token.split('.')[2])
  })

  test('a terminal gets colours', async () => {
    const input = issuer.mint()
    const { output } = await finish(['explain'], { input, terminal: true, fetch: offline })
    expect(output).toContain('\u001b[32mpassed     \u001b[39m')
  })

  test('any header and claims: only printable ASCII reaches the terminal', async () => {
    const any = fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue({ stringUnit: 'binary' }))
    await fc.assert(
      fc.asyncProperty(any, any, fc.constantFrom('--json', '--profile=jwt'), async (h, c, flag) => {
        const { code, output, notes } = await explain(issuer.mint(c, { header: h }), flag)
        expect([1, 3]).toContain(code)
        expect(output + notes).not.toMatch(forTerminals)
      }),
      runs(200),
    )
  })

  test('every hostile token: only printable ASCII and colours reach the terminal', async () => {
    for (const { token } of hostileTokens({ issuer })) {
      if (token === '') continue
      const options = { input: token, terminal: true, fetch: offline }
      const { code, output, notes } = await finish(['explain'], options)
      expect([1, 2, 3]).toContain(code)
      expect((output + notes).replace(coloured, '')).not.toMatch(forTerminals)
    }
  })
})
