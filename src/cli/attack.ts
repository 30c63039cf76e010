import { writeFile } from 'node:fs/promises'
import { runHostileTokens } from '../testing/hostile/run/assert-rejects.ts'
import type { Findings } from '../testing/hostile/run/formats.ts'
import { isGood, junitOf, markdownOf } from '../testing/hostile/run/formats.ts'
import { createHttpClient, isLoopbackHost } from '../testing/hostile/run/http-client.ts'
import { resolveRunOptions } from '../testing/hostile/run/options.ts'
import type { HostileLevel, HostileOptions, HostileReport } from '../testing.ts'
import type { Attacker } from './attack/attacker.ts'
import { createAttacker } from './attack/attacker.ts'
import { textOf } from './attack/report.ts'
import type { Command } from './command.ts'
import { exitCodes, undecided, wrongUsage } from './failure.ts'
import type { Flags, KnownFlags } from './flags.ts'
import type { Io } from './io.ts'
import { escaped, printLine, readInput } from './io.ts'
import { issuerFlags } from './running-issuer.ts'
import { claimFlags, claimsIn, pair } from './token-flags.ts'

const help = `Usage: tollgate attack URL [flags]

Sends more than 200 hostile tokens to one route of an API that runs on this
machine, and tells which ones it did not refuse as it must. The API may be
guarded by any library. It must trust 'tollgate issuer', which must run.

The request that passes with a good token:
  --method NAME       the method (GET)
  --header NAME=TEXT  one more header, may be repeated
  --body TEXT         the body
  --scope 'A B'       scopes that the route must demand: tried without them, too
  --sub, --claim, --claim-json
                      what the good token says, see 'tollgate mint --help'

The issuer that the API trusts:
  --issuer, --control-token
                      a running one, see 'tollgate mint --help'
  --seed TEXT --alg NAME --aud URL
                      one with these keys at the URL of --issuer; asks nobody

What is sent, and what is told:
  --level NAME        forgery, spec, profile, hardening, transport, limit or
                      info, may be repeated (all)
  --skip ID=REASON    leaves out a case, may be repeated
  --unchallenged      allows refusals without a WWW-Authenticate header
  --markdown          prints Markdown
  --junit FILE        writes JUnit XML as well
  --not-loopback      allows another machine, which you are asked to confirm

Exit codes:
  0  every case went as it must
  1  some did not
  2  a flag is wrong
  3  nothing could be proven: no issuer or API answers, the API refuses the
     good token, or lets a request in that has none`

const flags: KnownFlags = {
  ...claimFlags,
  ...issuerFlags,
  method: 'text',
  header: 'list',
  body: 'text',
  seed: 'text',
  alg: 'text',
  aud: 'list',
  level: 'list',
  skip: 'list',
  unchallenged: 'switch',
  markdown: 'switch',
  junit: 'text',
  'not-loopback': 'switch',
}

export const attack: Command = {
  name: 'attack',
  summary: 'sends hostile tokens to an API of yours',
  help,
  flags,
  maxArguments: 1,
  async run(flags, io) {
    const url = readTarget(flags)
    await confirmTarget(url, flags, io)
    const attacker = await createAttacker(flags, io)
    const { report, findings } = await carryOut(attacker, url, flags, io)
    if (flags.has('markdown')) printLine(io.output, markdownOf(findings))
    else for (const line of textOf(report, findings)) printLine(io.output, line)
    const file = flags.text('junit')
    if (file !== undefined) await writeReport(file, junitOf(findings))
    return isGood(findings) ? exitCodes.success : exitCodes.refused
  },
}

function readTarget(flags: Flags): URL {
  const [text] = flags.positionals
  if (text === undefined) return wrongUsage('name the URL of a route')
  if (/^https?:\/\/[^/@]+(\/[^#]*)?$/.test(text) && URL.canParse(text)) return new URL(text)
  return wrongUsage(`'${escaped(text, 200)}' is no URL of a route, as http://localhost:3000/orders`)
}

/** An attack on somebody else's server may be a crime. It takes a flag and a typed answer. */
async function confirmTarget({ hostname }: URL, flags: Flags, io: Io): Promise<void> {
  if (isLoopbackHost(hostname)) return
  const host = escaped(hostname, 200)
  if (!flags.has('not-loopback')) {
    wrongUsage(`${host} is not this machine. If the API there is yours, add --not-loopback`)
  }
  if (io.input.isTTY !== true) {
    wrongUsage(`an attack on ${host} must be confirmed by a person at a terminal`)
  }
  printLine(io.notes, `You are about to send hostile tokens to ${host}. Do so only if it is yours.`)
  printLine(io.notes, 'Type the name of the host to go on:')
  const answer = await readInput(io)
  if (answer.trim() !== hostname) wrongUsage('that is not the name of the host')
}

async function carryOut(
  { issuer, running }: Attacker,
  url: URL,
  flags: Flags,
  io: Io,
): Promise<{ report: HostileReport; findings: Findings }> {
  const options: HostileOptions = { issuer, ...optionsIn(flags), path: url.pathname + url.search }
  const settings = resolveRunOptions(options)
  const route = `${settings.template.method} ${url.href}`
  printLine(io.notes, `tollgate: attacking ${escaped(route, 300)}`)
  const connection = await createHttpClient(new URL(url.origin), settings.perRequest)
  const progress = createProgress(io)
  const report = await runHostileTokens(connection, options, settings, progress.count).finally(
    progress.end,
  )
  const fetchedBefore = running?.keyFetches
  const fetchedAfter = (await running?.introduce())?.keyFetches
  const keyFetches =
    fetchedBefore === undefined || fetchedAfter === undefined
      ? undefined
      : fetchedAfter - fetchedBefore
  const isFlooded = keyFetches !== undefined && keyFetches > settings.keyFetches
  const flooded = `The issuer was asked for its keys ${keyFetches} times: an attacker can make the API flood it.`
  const problems = [...report.problems, ...(isFlooded ? [flooded] : [])]
  return { report, findings: { ...report, route, keyFetches, problems } }
}

function optionsIn(flags: Flags): Omit<HostileOptions, 'issuer' | 'path'> {
  const { scope, ...claims } = claimsIn(flags)
  const method = flags.text('method')
  const body = flags.text('body')
  const levels = flags.list('level') as readonly HostileLevel[]
  return {
    claims,
    ...(scope !== undefined && { scope }),
    ...(method !== undefined && { method }),
    ...(body !== undefined && { body }),
    ...(levels.length > 0 && { levels }),
    headers: Object.fromEntries(flags.list('header').map((text) => pair('header', text))),
    skip: Object.fromEntries(flags.list('skip').map((text) => pair('skip', text))),
    requireChallenge: !flags.has('unchallenged'),
  }
}

/** A count on a terminal, which is written over. In a log it would be 200 lines. */
function createProgress({ notes }: Io) {
  let sent = 0
  const isShown = notes.isTTY === true
  return {
    count(): void {
      sent += 1
      if (isShown) notes.write(`\r${sent} hostile tokens sent`)
    },
    end(): void {
      if (isShown) notes.write('\n')
    },
  }
}

async function writeReport(file: string, text: string): Promise<void> {
  await writeFile(file, text).catch((error: NodeJS.ErrnoException) =>
    undecided(`cannot write '${escaped(file, 200)}' (${error.code})`),
  )
}
