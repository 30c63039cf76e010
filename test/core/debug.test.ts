import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { createTestIssuer } from 'tollgate/testing'
import { describe, expect, it } from 'vitest'
import { expectNoLeak } from '../leaks.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const issuer = createTestIssuer()
const token = issuer.bad.idToken()

/** Runs a process that refuses a token, and gives what it prints on stderr. */
function stderrOfRefusal(env: NodeJS.ProcessEnv): Promise<string> {
  const script = `
    import { createVerifier } from 'tollgate'
    const verifier = createVerifier({ issuer: '${issuer.url}', audience: 'https://api.test' })
    await verifier.verify('${token}').catch(() => {})
  `
  const tsx = `${root}node_modules/tsx/dist/cli.mjs`
  const args = [tsx, '--conditions=@tollgate/source', '--input-type=module', '--eval', script]
  return new Promise((resolve, reject) => {
    const child = execFile(
      process.execPath,
      args,
      { cwd: root, env: { ...process.env, ...env } },
      (error, _, stderr) => (error ? reject(error) : resolve(stderr)),
    )
    child.stdin?.end()
  })
}

describe('NODE_DEBUG', () => {
  it('T15: NODE_DEBUG=tollgate prints why a token was refused, and does not print the token', async () => {
    const printed = await stderrOfRefusal({ NODE_DEBUG: 'tollgate' })
    expect(printed).toMatch(
      /TOLLGATE \d+: \{"type":"token.refused".*"reason":"token-type","hint":".*profile: 'jwt'/,
    )
    expectNoLeak(printed, token)
  })

  it('a refused token prints nothing when NODE_DEBUG is empty', async () => {
    expect(await stderrOfRefusal({ NODE_DEBUG: '' })).toBe('')
  })
})
