import type { ChildProcess } from 'node:child_process'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, inject, test } from 'vitest'
import { copyFixture, read, unpack } from './project.ts'

const packed = inject('packed')
let consumer: string
let readme: string

beforeAll(async () => {
  const project = await unpack(packed, { express: 'express' })
  consumer = await copyFixture(project, 'consumer')
  readme = await read(project, 'node_modules', 'tollgate', 'README.md')
}, 180_000)

describe("the README's first snippet", () => {
  test.each([
    ['mjs', (snippet: string) => snippet],
    ['cjs', asCommonJs],
  ])(
    'the first routes of the README work when they are pasted into a .%s file',
    async (ending, translate) => {
      const snippet = firstSnippet(readme)
      const file = join(consumer, `pasted.${ending}`)
      await writeFile(file, translate(snippet))
      const stage = {
        issuer: stated(snippet, /issuer: '([^']+)'/)[0],
        audience: stated(snippet, /audience: '([^']+)'/)[0],
        scope: stated(snippet, /scope: '([^']+)'/).join(' '),
      }

      const api = fork(file, {
        cwd: consumer,
        execArgv: ['--import', './stage.mjs'],
        env: { ...process.env, STAGE: JSON.stringify(stage) },
        stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      })
      try {
        const { port, token } = await listening(api)
        const headers = { authorization: `Bearer ${token}` }
        for (const path of stated(snippet, /app\.get\('([^']+)'/)) {
          const url = `http://127.0.0.1:${port}${path}`
          const refused = await fetch(url)
          expect([path, refused.status]).toEqual([path, 401])
          expect(refused.headers.get('www-authenticate')).toMatch(/^Bearer realm="api"/)
          const admitted = await fetch(url, { headers })
          expect([path, admitted.status]).toEqual([path, 200])
          expect(await admitted.text()).toContain('alice')
        }
      } finally {
        await stop(api)
      }
    },
  )
})

function firstSnippet(text: string): string {
  const blocks = Array.from(text.matchAll(/^```(?:js|ts|mjs)\n([\s\S]*?)^```/gm))
  const snippet = blocks.map(([, code]) => code as string).find((code) => code.includes('.listen('))
  expect(snippet, 'the README has a snippet that listens').toContain(`'tollgate/express'`)
  return snippet as string
}

function stated(snippet: string, pattern: RegExp): readonly string[] {
  const values = Array.from(snippet.matchAll(new RegExp(pattern, 'g')), ([, value]) => value)
  expect(values, String(pattern)).not.toEqual([])
  return values as string[]
}

function asCommonJs(snippet: string): string {
  const translated = snippet.replace(
    /^import (.+) from ('[^']+')/gm,
    (_, names, from) => `const ${names} = require(${from})`,
  )
  expect(translated).not.toMatch(/\b(import|await)\b/)
  return translated
}

async function listening(api: ChildProcess): Promise<{ port: number; token: string }> {
  let complaint = ''
  api.stderr?.on('data', (data) => {
    complaint += data
  })
  const died = once(api, 'exit').then(() => Promise.reject(new Error(complaint)))
  const [message] = await Promise.race([once(api, 'message'), died])
  return message
}

async function stop(api: ChildProcess): Promise<void> {
  if (api.exitCode !== null || !api.kill()) return
  await once(api, 'exit')
}
