import type { Command } from './command.ts'
import { examine } from './doctor/examine.ts'
import type { Finding } from './doctor/finding.ts'
import { probeIssuer } from './doctor/probe.ts'
import { judgeTls, shakeHands } from './doctor/tls.ts'
import { exitCodes, wrongUsage } from './failure.ts'
import type { KnownFlags } from './flags.ts'
import { escaped, escapedJson, printLine } from './io.ts'
import type { Paint } from './style.ts'
import { createPaint } from './style.ts'

const help = `Usage: tollgate doctor ISSUER [flags]

Looks at an issuer as an API does that trusts it: fetches its metadata and its
keys once, and tells what to change: there, or in the configuration of the API.
It checks metadata, keys, algorithms, cache headers, clock and TLS, and names
the preset of tollgate/issuers that fits. No token is needed.

ISSUER is what its tokens have as their iss, such as https://login.example.com.

Output:
  --json   for programs

Exit codes:
  0  an API can verify its tokens; there may be advice
  1  something is wrong
  2  a flag is wrong, or ISSUER cannot be one
  3  the issuer does not answer`

const flags: KnownFlags = { json: 'switch' }

export const doctor: Command = {
  name: 'doctor',
  summary: 'looks at an issuer, and tells what to change',
  help,
  flags,
  maxArguments: 1,
  async run(flags, io) {
    const [issuer] = flags.positionals
    if (issuer === undefined) return wrongUsage('name the URL of an issuer')
    const probe = await probeIssuer(issuer, io)
    const isSecure = issuer.startsWith('https:')
    const tls = isSecure ? [judgeTls(await shakeHands(new URL(issuer)), Date.now())] : []
    const findings = [...tls, ...examine(probe)]
    if (flags.has('json')) printLine(io.output, escapedJson({ issuer, findings }))
    else {
      const paint = createPaint(io.output, io)
      for (const finding of findings) printLine(io.output, describe(finding, paint))
    }
    if (probe.exchanges.length === 0) return exitCodes.undecided
    return findings.some(({ level }) => level === 'wrong') ? exitCodes.refused : exitCodes.success
  },
}

const colours = { good: 'green', advice: 'yellow', wrong: 'red' } as const

function describe({ level, about, says, fix }: Finding, paint: Paint): string {
  const label = paint(colours[level], level.padEnd(6))
  const change = fix === undefined ? '' : `\n${' '.repeat(23)}${escaped(fix, 500)}`
  return `${label}  ${about.padEnd(13)}  ${escaped(says, 600)}${change}`
}
