import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { createTestIssuer } from 'tollgate/testing'
import { describe, expect, it } from 'vitest'
import { expectNoLeak } from '../leaks.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const issuer = createTestIssuer()
const token = issuer.bad.idToken()

/** What a process prints on stderr that refuses a token. */
function refusing(env: NodeJS.ProcessEnv): Promise<string> {
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
  it('=tollgate prints why a token was refused, and not the token', async () => {
    const printed = await refusing({ NODE_DEBUG: 'tollgate' })
    expect(printed).toMatch(
      /TOLLGATE \d+: \{"type":"token.refused".*"reason":"token-type","hint":".*profile: 'jwt'/,
    )
    expectNoLeak(printed, token)
  })

  it('prints nothing without it', async () => {
    expect(await refusing({ NODE_DEBUG: '' })).toBe('')
  })
})
