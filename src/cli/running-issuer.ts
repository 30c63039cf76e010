import type { Answered, Ask } from '../testing/control/ask.ts'
import { createAsk } from '../testing/control/ask.ts'
import type { MintRequest } from '../testing/control/mint-request.ts'
import type { Introduction, PrivateKeys } from '../testing/control/protocol.ts'
import { controlPath, isIntroduction } from '../testing/control/protocol.ts'
import { undecided, wrongUsage } from './failure.ts'
import type { Flags, KnownFlags } from './flags.ts'
import type { Io } from './io.ts'
import { escaped } from './io.ts'

/** Where `tollgate issuer` listens, unless a flag says otherwise. */
export const defaultPort = 4400
export const defaultUrl: string = `http://localhost:${defaultPort}`

/** The control endpoints of `tollgate issuer` in another process. */
export interface RunningIssuer extends Introduction {
  mint(request: MintRequest): Promise<string>
  keys(): Promise<PrivateKeys>
  introduce(): Promise<Introduction>
}

/** The flags that name a running issuer. */
export const issuerFlags: KnownFlags = { issuer: 'text', 'control-token': 'text' }

/**
 * The issuer that `--issuer` names, else that of the environment lines that `tollgate issuer`
 * prints, else the one at the default port. Undefined if there is none at the default port.
 */
export async function findIssuer(flags: Flags, io: Io): Promise<RunningIssuer | undefined> {
  const { TOLLGATE_CONTROL_URL: controlUrl, TOLLGATE_CONTROL_TOKEN: secret } = io.variables
  const url = flags.text('issuer')
  const named = url ?? controlUrl
  const base = controlOf(named ?? defaultUrl)
  // The secret is for the issuer that it was printed with, and for no other server.
  const isPrintedWith = controlUrl !== undefined && controlOf(controlUrl) === base
  const token = flags.text('control-token') ?? (isPrintedWith ? secret : undefined)
  const ask = createAsk(base, token, io.fetch)
  const answer = await ask('GET', '/health')
  if (answer.ok && isIntroduction(answer.body)) return connect(answer.body, ask)
  if (answer.status === 401) {
    undecided(
      `the issuer at ${base} wants its control token: set TOLLGATE_CONTROL_URL and TOLLGATE_CONTROL_TOKEN as it printed them, or give --control-token`,
    )
  }
  if (named === undefined) return undefined
  const from = url === undefined ? 'TOLLGATE_CONTROL_URL' : '--issuer'
  return undecided(
    `${from} names ${escaped(named, 200)}, where no 'tollgate issuer' answers: start one`,
  )
}

function controlOf(url: string): string {
  if (!/^https?:\/\//.test(url) || !URL.canParse(url)) {
    wrongUsage(`'${escaped(url, 200)}' is no http or https URL`)
  }
  return `${new URL(url).origin}${controlPath}`
}

function connect(introduction: Introduction, ask: Ask): RunningIssuer {
  async function result<R>(asked: Promise<Answered>): Promise<R> {
    const { ok, body } = await asked
    if (ok) return body as R
    const { error = 'it did not answer' } = (body ?? {}) as { error?: string }
    return undecided(`the issuer refused: ${escaped(String(error))}`)
  }
  return {
    ...introduction,
    introduce: () => result(ask('GET', '/health')),
    keys: () => result(ask('GET', '/keys')),
    async mint(request) {
      const { token } = await result<{ token: unknown }>(ask('POST', '/mint', request))
      // A server that only pretends to be an issuer must not write to the terminal.
      if (typeof token === 'string' && /^[\w.-]+$/.test(token)) return token
      return undecided('the issuer answered with something that is no token')
    },
  }
}
