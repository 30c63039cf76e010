import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, test } from 'vitest'
import manifest from '../../package.json' with { type: 'json' }
import { commands } from '../../src/cli/commands.ts'
import { readDuration } from '../../src/cli/duration.ts'
import { createPaint } from '../../src/cli/style.ts'
import { finish } from './stage.ts'

const names = commands.map(({ name }) => name)

describe('help', () => {
  test.each([[['--help']], [['-h']], [['help']]])(
    '%j lists every command on stdout',
    async (args) => {
      const { code, output, notes } = await finish(args)
      expect([code, notes]).toEqual([0, ''])
      for (const { name, summary } of commands)
        expect(output).toContain(`  ${name.padEnd(9)}${summary}`)
    },
  )

  test.each(names)(
    '%s --help has at most 40 lines of 80 columns, with the exit codes',
    async (name) => {
      const { code, output, notes } = await finish([name, '--help'])
      expect([code, notes]).toEqual([0, ''])
      const lines = output.trimEnd().split('\n')
      expect(lines.length).toBeLessThanOrEqual(40)
      expect(lines.filter((line) => line.length > 80)).toEqual([])
      expect(output).toMatch(/^Exit codes:$/m)
    },
  )

  test.each(commands)(
    '$name --help names every flag of the command, and no other',
    ({ help, flags }) => {
      const named = new Set(
        Array.from(
          (help.split(/^Examples?:$/m)[0] as string).matchAll(/--([a-z][a-z-]*)/g),
          ([, flag]) => flag,
        ),
      )
      const elsewhere = ['seed', 'help']
      for (const flag of Object.keys(flags)) expect(named, flag).toContain(flag)
      const extra = [...named].filter((flag) => !Object.hasOwn(flags, flag as string))
      expect(extra.filter((flag) => !elsewhere.includes(flag as string))).toEqual([])
    },
  )
})

test.each([['--version'], ['-v'], ['version']])('%s prints the version alone', async (arg) => {
  expect(await finish([arg])).toEqual({ code: 0, output: `${manifest.version}\n`, notes: '' })
})

describe('a wrong command line', () => {
  test.each([
    [['explain', '--aud', 'a'], "unknown flag '--aud': did you mean '--audience'?"],
    [['mint', '--expires', '1h'], "unknown flag '--expires': did you mean '--expires-in'?"],
    [
      ['mint', '--sub', '-x'],
      "flag '--sub' needs a value: if it begins with a dash, write --sub=-x\n",
    ],
    [['mint', '--help=yes'], "flag '--help' takes no value"],
    [['mint', '--claim', 'a=b', '--claim', 'a=c'], "the claim 'a' is given twice"],
    [['mint', '--sub', 'ada', '--claim-json', 'sub=7'], "the claim 'sub' is given twice"],
    [['issuer', '--claim', 'a=b', '--claim-json', 'a=1'], "the claim 'a' is given twice"],
    [[], 'name a command'],
    [['mnt'], "unknown command 'mnt': did you mean 'mint'?"],
    [['frobnicate'], `there are ${names.join(', ')}`],
    [['mint', '--scop', 'a'], "unknown flag '--scop': did you mean '--scope'?"],
    [['mint', '--scop=a'], "did you mean '--scope'?"],
    [['mint', '-x'], "unknown flag '-x'"],
    [['mint', 'token'], "unexpected argument 'token'"],
    [['mint', '--sub', 'a', '--sub', 'b'], "flag '--sub' is given twice"],
    [['mint', '--sub'], "flag '--sub' needs a value\n"],
    [['mint', '--sub', '--scope', 'a'], "flag '--sub' needs a value: if it begins with a dash"],
    [['mint', '--sub='], "flag '--sub' needs a value"],
    [['mint', '--', 'npm'], "takes nothing after '--'"],
    [['mint', '--claim', 'admin'], 'write name=value'],
    [['mint', '--claim-json', 'a=[1'], "gives 'a' no JSON"],
    [['mint', '--expires-in', '1 year'], 'write 90s, 5m, 1h or 30d'],
    [['mint', '--alg', 'ES25'], "did you mean 'ES256'?"],
    [['mint', '--bad', 'expird'], "did you mean 'expired'?"],
    [['mint', '--bad', 'expired', '--expires-in', '1h'], 'cannot be combined'],
    [['mint', '--seed', 's', '--alg', 'RS256'], 'RS256'],
    [['mint', '--seed', 's', '--issuer', 'http://localhost:1'], "'--seed' or '--issuer'"],
    [['mint', '--issuer', 'localhost'], 'is no http or https URL'],
    [['issuer', '--port', '99999'], 'from 0 to 65535'],
    [['issuer', '--url', 'issuer'], 'write a URL'],
    [
      ['issuer', '--url', 'http://me@issuer'],
      'has credentials, a query or a fragment: write a URL',
    ],
    [['issuer', '--url', 'http://issuer?a'], 'has credentials, a query or a fragment'],
    [['issuer', '--url', 'http://issuer#'], 'has credentials, a query or a fragment'],
    [['issuer', '--port', '0', '--'], "name the command to run after '--'"],
  ])('%j ends with exit code 2 and says what to write', async (args, said) => {
    const { code, output, notes } = await finish(args)
    expect([code, output]).toEqual([2, ''])
    expect(notes).toContain(said)
    expect(notes).toMatch(/\nSee tollgate .*--help\.\n$/)
  })

  test('a wrong flag of the issuer is told, whether its port is free or not', async () => {
    const taken = createServer().listen(0, '127.0.0.1')
    await once(taken, 'listening')
    const { port } = taken.address() as AddressInfo
    const args = ['issuer', '--port', String(port)]
    try {
      expect((await finish([...args, '--shape', 'keyclok'])).code).toBe(2)
      expect((await finish([...args, '--claim', 'a=b', '--claim', 'a=c'])).code).toBe(2)
      expect((await finish(args)).code).toBe(3)
    } finally {
      taken.close()
    }
  })

  test('what stands on the command line is escaped before it is printed', async () => {
    for (const args of [['\u001b[2Jmint'], ['mint', '--\u001b[2J'], ['mint', '\u001b[2J']]) {
      const { notes } = await finish(args)
      expect(notes).toContain('\\u001b[2J')
      expect(notes).not.toContain('\u001b')
    }
  })
})

test('durations are seconds, minutes, hours or days', () => {
  const read = (text: string) => readDuration('expires-in', text)
  expect(['90', '90s', '5m', '1h', '2d'].map(read)).toEqual([90, 90, 300, 3600, 172_800])
})

describe('colours', () => {
  const write = () => {}
  test.each([
    ['a terminal', { isTTY: true, write }, {}, '\u001b[31mx\u001b[39m'],
    ['no terminal', { write }, {}, 'x'],
    ['NO_COLOR', { isTTY: true, write }, { NO_COLOR: '1' }, 'x'],
    ['an empty NO_COLOR', { isTTY: true, write }, { NO_COLOR: '' }, '\u001b[31mx\u001b[39m'],
    ['a dumb terminal', { isTTY: true, write }, { TERM: 'dumb' }, 'x'],
  ])('%s', (_, output, variables, text) => {
    expect(createPaint(output, { variables })('red', 'x')).toBe(text)
  })
})
