import { randomBytes } from 'node:crypto'
import { createControl } from '../testing/control/control.ts'
import { variablesOf } from '../testing/control/variables.ts'
import { createIssuerWithListener } from '../testing/http-issuer.ts'
import type { IssuerShape } from '../testing/shapes/shapes.ts'
import { shapes } from '../testing/shapes/shapes.ts'
import type { TestIssuer } from '../testing.ts'
import type { Command } from './command.ts'
import { runCommand } from './dev-issuer/child.ts'
import type { Listening } from './dev-issuer/listen.ts'
import { isLoopbackOnly, listenOn } from './dev-issuer/listen.ts'
import { pageOperations } from './dev-issuer/page/operations.ts'
import { createPage } from './dev-issuer/page/page.ts'
import { exitCodes, wrongUsage } from './failure.ts'
import type { Flags, KnownFlags } from './flags.ts'
import type { Io } from './io.ts'
import { escaped, printLine } from './io.ts'
import { defaultPort } from './running-issuer.ts'
import { createPaint } from './style.ts'
import { claimFlags, claimsIn, defaultExpiry } from './token-flags.ts'

const help = `Usage: tollgate issuer [flags] [-- COMMAND]

Runs an issuer of access tokens for development, on this machine alone, with a
page to try tokens on. It prints environment lines and a first token, and runs
until Ctrl-C. With a COMMAND, it runs that with the variables set, and ends
with it.

The server:
  --port N            the port (that of --url, else ${defaultPort}; 0 takes a free one)
  --host ADDRESS      where to listen (127.0.0.1 and ::1); 0.0.0.0 lets other
                      containers in, and wants a token for page and control
  --url URL           how tokens and metadata name the issuer
                      (http://localhost:PORT)

The tokens:
  --shape NAME        whose they are like: a preset of tollgate/issuers, such
                      as keycloak (RFC 9068)
  --seed TEXT         the same keys at every start (new keys at every start)
  --alg NAME          the algorithm (ES256, or that of the shape)
  --aud URL           the audience, may be repeated (https://api.test, or that
                      of the shape)
  --expires-in TIME   90s, 5m, 1h or 30d (1h)
  --sub, --scope, --claim, --claim-json
                      what every token says, see 'tollgate mint --help'

Variables that are printed or set:
  ISSUER AUDIENCE JWKS_URI TOLLGATE_CONTROL_URL and TOKEN (TOKEN is not set for
  COMMAND), and TOLLGATE_CONTROL_TOKEN if page and control want one

Exit codes:
  that of COMMAND; without one:
  0  stopped by Ctrl-C or SIGTERM
  2  a flag is wrong
  3  the port is in use

Examples:
  npx tollgate issuer -- npm run dev
  npx tollgate issuer --host 0.0.0.0 --url http://issuer:4000`

/** An issuer that runs for weeks must not fill the memory with its log. */
const keptRequests = 1000

const flags: KnownFlags = {
  ...claimFlags,
  port: 'text',
  host: 'text',
  url: 'text',
  shape: 'text',
  seed: 'text',
  alg: 'text',
  aud: 'list',
  'expires-in': 'text',
}

export const issuer: Command = {
  name: 'issuer',
  summary: 'runs an issuer for development, alone or around a command',
  help,
  flags,
  maxArguments: 0,
  takesCommand: true,
  async run(flags, io) {
    const url = readUrl(flags.text('url'))
    // A wrong flag is told whether the port is free or not.
    const options = tokenOptions(flags)
    const listening = await listenOn(flags.text('host'), readPort(flags, url))
    try {
      const started = start(flags, options, url, listening)
      const where = `issuer ${escaped(started.issuer.url, 200)} is listening on port ${listening.port}`
      warnOfOthers(flags, io)
      if (flags.command.length > 0) {
        printLine(io.notes, `tollgate: the ${where}`)
        printLine(io.notes, `tollgate: its page is ${started.page}`)
        return await runCommand(flags.command, started.variables, io)
      }
      announce(started, where, io)
      await untilStopped(io)
      return exitCodes.success
    } finally {
      await listening.close()
    }
  },
}

interface Started {
  readonly issuer: TestIssuer
  readonly variables: Readonly<Record<string, string>>
  /** The link to the page, with the token that it wants. */
  readonly page: string
}

function start(
  flags: Flags,
  tokens: ReturnType<typeof tokenOptions>,
  url: string | undefined,
  listening: Listening,
): Started {
  const { origin, pathname } = new URL(url ?? `http://localhost:${listening.port}`)
  const { shape } = tokens
  const path = pathname.replace(/\/$/, '')
  // A shape has a path of its own, unless the flag names another one.
  const at = { origin, path: shape !== undefined && path === '' ? undefined : path }
  const options = { ...tokens, keptRequests }
  const { issuer, outages, keysAt, listener } = createIssuerWithListener(options, at)
  const host = flags.text('host')
  const secret = isLoopbackOnly(host) ? undefined : randomBytes(24).toString('base64url')
  const more = pageOperations({ issuer, keysAt, shape })
  const control = createControl({ issuer, outages, url: origin, secret, more })
  const page = createPage({ url: origin, secret })
  listening.serve((request, response) => {
    if (page.handle(request, response) || control.handle(request, response)) return
    listener(request, response)
  })
  return {
    issuer,
    variables: variablesOf({ issuer, keysAt, origin, secret }),
    page: page.linkAt(hereOf(host), listening.port),
  }
}

/** How a browser on this machine names the host. */
function hereOf(host: string | undefined): string {
  if (host === undefined || isLoopbackOnly(host) || ['0.0.0.0', '::'].includes(host)) {
    return 'localhost'
  }
  return host.includes(':') ? `[${host}]` : host
}

function tokenOptions(flags: Flags) {
  const seed = flags.text('seed')
  const alg = flags.algorithm('alg')
  const shape = flags.oneOf('shape', Object.keys(shapes) as IssuerShape[])
  const audiences = flags.list('aud')
  return {
    claims: claimsIn(flags),
    expiresIn: flags.duration('expires-in') ?? defaultExpiry,
    ...(shape !== undefined && { shape }),
    ...(seed !== undefined && { keys: { seed } }),
    ...(alg !== undefined && { alg }),
    ...(audiences[0] !== undefined && {
      audience: audiences.length === 1 ? audiences[0] : audiences,
    }),
  }
}

function readUrl(url: string | undefined): string | undefined {
  if (url === undefined) return undefined
  const fix = 'write a URL, as http://issuer:4000'
  if (!/^https?:\/\/[^/]/.test(url) || !URL.canParse(url)) {
    return wrongUsage(`flag '--url' is '${escaped(url, 100)}': ${fix}`)
  }
  const { username, password } = new URL(url)
  // No tokens could name it so (RFC 8414 section 2), and a part of it would be ignored.
  if (username + password === '' && !/[?#]/.test(url)) return url
  return wrongUsage(`flag '--url' has credentials, a query or a fragment: ${fix}`)
}

function readPort(flags: Flags, url: string | undefined): number {
  const text = flags.text('port') ?? (url && new URL(url).port)
  if (text === undefined || text === '') return defaultPort
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text)
  return wrongUsage(`flag '--port' is '${escaped(text, 20)}': write a number from 0 to 65535`)
}

function warnOfOthers(flags: Flags, io: Io): void {
  const host = flags.text('host')
  if (isLoopbackOnly(host)) return
  const paint = createPaint(io.notes, io)
  const lines = [
    `WARNING: this issuer listens on ${escaped(host ?? '', 60)}, where other machines can reach it.`,
    'It is for DEVELOPMENT ONLY: whoever knows its control token can be any user',
    'of an API that trusts it. Never let an API trust it that holds real data.',
  ]
  for (const line of lines) printLine(io.notes, paint('yellow', line))
}

function announce({ issuer, variables, page }: Started, where: string, io: Io): void {
  const paint = createPaint(io.notes, io)
  printLine(io.notes, paint('bold', `The ${where}.`))
  printLine(io.notes, 'It is for development. Configure your API with these lines:')
  printLine(io.notes)
  const lines = { ...variables, TOKEN: issuer.mint() }
  for (const [name, value] of Object.entries(lines)) {
    printLine(io.output, `${name}=${escaped(value, 8192)}`)
  }
  printLine(io.notes)
  printLine(io.notes, `The page to try tokens on: ${page}`)
  printLine(io.notes, "'tollgate mint' makes more tokens, too. Ctrl-C stops the issuer.")
}

function untilStopped(io: Io): Promise<void> {
  return new Promise((resolve) => {
    const stop = io.onSignal(['SIGINT', 'SIGTERM', 'SIGHUP'], () => {
      stop()
      resolve()
    })
  })
}
