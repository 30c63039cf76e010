import { undecided, wrongUsage } from './failure.ts'
import type { Flags, KnownFlags } from './flags.ts'
import type { Io } from './io.ts'
import { escaped } from './io.ts'
import type { MintRequest } from './minting.ts'

/** Where `tollgate issuer` listens, unless a flag says otherwise. */
export const defaultPort = 4400
export const defaultUrl: string = `http://localhost:${defaultPort}`

/** The path of the control endpoints of `tollgate issuer`. */
export const controlPath = '/_test'

/** How a running issuer introduces itself. */
export interface Introduction {
  readonly tollgate: 'development issuer'
  /** The `iss` of its tokens. */
  readonly issuer: string
  readonly audience: string | readonly string[]
  /** How often its keys were fetched. */
  readonly keyFetches: number
}

/** The private JWKs of an issuer, the one that signs first. */
export interface PrivateKeys {
  readonly keys: readonly object[]
}

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
  const ask = createAsk(base, token, io)
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

interface ControlAnswer {
  readonly ok: boolean
  readonly status: number
  readonly body: unknown
}

type Ask = (method: 'GET' | 'POST', path: string, body?: unknown) => Promise<ControlAnswer>

/** Asks control endpoints. A server that does not answer, or not with JSON, has the status 0. */
function createAsk(base: string, token: string | undefined, { fetch }: Io): Ask {
  return async (method, path, body) => {
    try {
      const response = await fetch(`${base}${path}`, {
        method,
        redirect: 'error',
        signal: AbortSignal.timeout(5000),
        headers: {
          ...(token !== undefined && { authorization: `Bearer ${token}` }),
          ...(body !== undefined && { 'content-type': 'application/json' }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      })
      return { ok: response.ok, status: response.status, body: await response.json() }
    } catch {
      return { ok: false, status: 0, body: undefined }
    }
  }
}

function isIntroduction(body: unknown): body is Introduction {
  const { tollgate, issuer } = (body ?? {}) as Partial<Introduction>
  return tollgate === 'development issuer' && typeof issuer === 'string'
}

function connect(introduction: Introduction, ask: Ask): RunningIssuer {
  async function result<R>(asked: Promise<ControlAnswer>): Promise<R> {
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
