import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'

/** Starts the command as a process of its own. */
function start(...args: readonly string[]): ChildProcess {
  const node = ['--import', 'tsx', '--conditions=@tollgate/source', 'src/cli/main.ts']
  const { NO_COLOR: _, ...env } = process.env
  return spawn(process.execPath, [...node, ...args], { cwd: `${import.meta.dirname}/../..`, env })
}

test('as processes: an API can verify what the issuer prints, from standard input to the exit code, and SIGTERM ends the issuer with 0', async () => {
  const issuer = start('issuer', '--port', '0')
  let printed = ''
  for await (const chunk of issuer.stdout?.setEncoding('utf8') ?? []) {
    printed += chunk
    if (/^TOKEN=.+\n/m.test(printed)) break
  }
  const [, url = ''] = /^ISSUER=(.+)$/m.exec(printed) ?? []
  const [, token = ''] = /^TOKEN=(.+)$/m.exec(printed) ?? []

  const explain = start('explain', '--issuer', url, '--audience', 'https://api.test')
  explain.stdin?.end(`${token}\n`)
  const [output, notes, [code]] = await Promise.all([
    text(explain.stdout as NodeJS.ReadableStream),
    text(explain.stderr as NodeJS.ReadableStream),
    once(explain, 'exit'),
  ])
  expect([code, notes]).toEqual([0, ''])
  expect(output).toContain(`Accepted, as a token of ${url}.`)
  expect(output).not.toContain('\u001b')

  issuer.kill('SIGTERM')
  expect(await once(issuer, 'exit')).toEqual([0, null])
})

test('as a process: a reader of its notes that has gone does not end it with a stack trace', async () => {
  const mint = start('mint', '--seed', 'x')
  mint.stderr?.destroy()
  const [output, [code]] = await Promise.all([
    text(mint.stdout as NodeJS.ReadableStream),
    once(mint, 'exit'),
  ])
  expect(code).toBe(0)
  expect(output).toMatch(/^ey[^ ]+\n$/)
})
