import type { KeyOrigin, TestIssuer } from '../../testing.ts'
import { createTestIssuer } from '../../testing.ts'
import { undecided } from '../failure.ts'
import type { Flags } from '../flags.ts'
import type { Io } from '../io.ts'
import type { RunningIssuer } from '../running-issuer.ts'
import { defaultUrl, findIssuer } from '../running-issuer.ts'

/** Somebody with the keys of an issuer that the API trusts, and with keys that it does not. */
export interface Attacker {
  /** Signs as the issuer that the API trusts does. */
  readonly issuer: TestIssuer
  /** That issuer, if it runs. With a seed it may run anywhere. */
  readonly running: RunningIssuer | undefined
}

/** The running issuer with its keys, or an issuer that has the keys of the same seed. */
export async function createAttacker(flags: Flags, io: Io): Promise<Attacker> {
  const seed = flags.text('seed')
  const audiences = flags.list('aud')
  const audience = audiences.length > 0 ? { audience: audiences } : {}
  if (seed !== undefined) {
    const alg = flags.algorithm('alg')
    const url = flags.text('issuer') ?? defaultUrl
    const keys = { keys: { seed }, ...(alg !== undefined && { alg }) }
    return { issuer: createTestIssuer({ url, ...keys, ...audience }), running: undefined }
  }
  const running = await findIssuer(flags, io)
  if (running === undefined) {
    undecided(
      `no issuer answers at ${defaultUrl}. The API must trust one whose keys are known: start it with 'tollgate issuer -- COMMAND', or give --seed`,
    )
  }
  const { keys } = await running.keys()
  const issuer = createTestIssuer({
    url: running.issuer,
    audience: running.audience,
    keys: keys as KeyOrigin,
    ...audience,
  })
  return { issuer, running }
}
