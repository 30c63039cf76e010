/**
 * Starts each example in its runtime, as its comment says, in a project that has installed the
 * package.
 */
import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp } from 'node:fs/promises'
import { serveTestIssuer } from 'tollgate/testing'
import { describe, expect, onTestFinished, test } from 'vitest'
import { freePort } from '../free-port.ts'
import { output, root } from './build.ts'
import { bun, deno, node } from './runtimes.ts'

interface Started {
  readonly file: string
  /** The command that starts the example. @param variables ISSUER and AUDIENCE. */
  command(port: number, variables: Readonly<Record<string, string>>): readonly string[]
}

const wrangler = `${root}/test/runtimes/node_modules/wrangler/bin/wrangler.js`
const started: Readonly<Record<string, Started>> = {
  'Bun: example': { file: 'bun.ts', command: () => [bun, 'bun.ts'] },
  'Deno: example': {
    file: 'deno.ts',
    command: (port) => [
      ...[deno, 'serve', '--allow-net', '--allow-env'],
      ...['--host', '127.0.0.1', '--port', String(port), 'deno.ts'],
    ],
  },
  'workerd: example': {
    file: 'worker.ts',
    command: (port, variables) => [
      ...[node(22), wrangler, 'dev', 'worker.ts', '--compatibility-date', '2026-01-01'],
      ...['--ip', '127.0.0.1', '--port', String(port), '--show-interactive-dev-session=false'],
      ...Object.entries(variables).flatMap(([name, value]) => ['--var', `${name}:${value}`]),
    ],
  },
}

describe.each(Object.entries(started))('%s', (_, { file, command }) => {
  test(`examples/${file} guards its routes when it is started as its comment says`, async () => {
    for (const one of [file, 'fetch.ts', 'hono.ts', 'orders.ts']) {
      await cp(`${root}/examples/${one}`, `${output}/${one}`)
    }
    const issuer = await serveTestIssuer()
    const port = await freePort()
    const variables = { ISSUER: issuer.url, AUDIENCE: String(issuer.audience) }
    const [program = '', ...args] = command(port, variables)
    const env = { ...process.env, ...variables, PORT: String(port), WRANGLER_SEND_METRICS: 'false' }
    const child = spawn(program, args, { cwd: output, env, detached: true })
    const printed = record(child)
    onTestFinished(async () => {
      await end(child)
      await issuer.close()
    })

    const ask = (path: string, headers: Record<string, string> = {}): Promise<Response> =>
      fetch(`http://127.0.0.1:${port}${path}`, { headers })
    const isUp = async (): Promise<void> => {
      const answer = await ask('/health')
      expect(answer.status, printed()).toBe(200)
    }
    await expect.poll(() => isUp().then(() => 'up', printed), { timeout: 40_000 }).toBe('up')
    expect((await ask('/orders')).status).toBe(401)
    const without = await ask('/orders', issuer.headers({ scope: 'x' }))
    expect(without.status).toBe(403)
    expect(without.headers.get('www-authenticate')).toContain('scope="orders:read"')
    const allowed = await ask('/orders', issuer.headers({ scope: 'orders:read' }))
    expect(await allowed.json()).toHaveLength(2)
    expect((await ask('/orders', { authorization: `Bearer ${issuer.bad.expired()}` })).status).toBe(
      401,
    )
    expect(issuer.requests.count('jwks')).toBe(1)
  })
})

function record({ stdout, stderr }: ChildProcess): () => string {
  let text = ''
  for (const stream of [stdout, stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk) => {
      text += chunk
    })
  }
  return () => text
}

/** Ends the process and all processes that it has started. */
async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.pid === undefined) return
  const exit = once(child, 'exit')
  process.kill(-child.pid, 'SIGKILL')
  await exit
}
