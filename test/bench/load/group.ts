import { names } from '../guards/by-hand.ts'
import { Figures } from '../in-process/compare.ts'
import type { BenchIssuer, Kind } from '../issuers.ts'
import { inTurn } from '../pace.ts'
import { canPin, type Started, start } from '../process.ts'
import type { GroupReport } from '../report/goals.ts'
import { absent, digits, whole } from '../report/numbers.ts'
import { table } from '../report/table.ts'
import type { Group, Run } from '../run.ts'
import type { AppOrder } from './app.ts'
import type { Load, LoadOrder } from './cannon.ts'

const bearer = 'express-oauth2-jwt-bearer'
const contenders = [names.tollgate, names.jose, bearer] as const
const kinds: readonly Kind[] = ['new', 'cached']
const titleOf = (kind: Kind): string => `load, Express 5, ${kind}`

/** The app with all its threads has one core, and the load another one. */
const cores = { app: 0, load: 1 }

export const group: Group = async (run) => {
  const figures = new Figures()
  const issuer = await run.issuers.of('RS256')
  const cannon = await start<true>('cannon', { ready: true }, { core: cores.load })
  try {
    for (const kind of kinds.filter((kind) => titleOf(kind).includes(run.only))) {
      console.error(titleOf(kind))
      for (let again = 0; again < run.pace.processes; again++) {
        await measure(kind, issuer, cannon, run, figures)
      }
    }
  } finally {
    await cannon.end()
  }
  return report(
    figures,
    run.nodes.map(({ name }) => name),
  )
}

/** Asks an app how long its process has run. */
export const askTime = { time: true } as const

interface App {
  readonly node: string
  readonly guard: string
  readonly url: string
  /** The line of the tokens that the next load begins with. */
  from: number
  readonly process: Started<number>
}

async function measure(
  kind: Kind,
  { setting: { trusted: _, ...setting }, files, bad }: BenchIssuer,
  cannon: Started<true>,
  { nodes, pace }: Run,
  figures: Figures,
): Promise<void> {
  const apps: App[] = []
  // For each second that the app has run, and not for each that has passed: where other programs
  // want the core, an app gets the more of it the more threads it has.
  const load = async (app: App, seconds: number): Promise<number> => {
    const order: LoadOrder = { url: app.url, tokens: files[kind], from: app.from, seconds }
    const before = await app.process.ask<number>(askTime)
    const { sent, answered } = await cannon.ask<Load>(order)
    app.from += sent
    return (1000 * answered) / ((await app.process.ask<number>(askTime)) - before)
  }
  try {
    for (const guard of contenders) {
      for (const node of nodes) {
        // tollgate discovers the issuer by its URL, as the others do.
        const order: AppOrder = { guard, setting }
        const process = await start<number>('app', order, { node, core: cores.app })
        const url = `http://127.0.0.1:${process.reply}/me`
        apps.push({ node: node.name, guard, url, from: 0, process })
        for (const token of [...bad.signature, ...bad.claims, undefined])
          await assertRefused(url, token)
      }
    }
    for (const app of apps) await load(app, pace.loadWarmUp)
    for (let round = 0; round < pace.loadRounds; round++) {
      for (const app of inTurn(apps))
        figures.add(titleOf(kind), app.node, app.guard, await load(app, 1))
    }
  } finally {
    await Promise.all(apps.map(({ process }) => process.end()))
  }
}

/** A guard that admits everybody would be fast, too. */
async function assertRefused(url: string, token: string | undefined): Promise<void> {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
  const response = await fetch(url, { headers })
  await response.body?.cancel()
  if (response.status !== 401) throw new Error(`${url} answers ${response.status} to ${token}`)
}

function report(figures: Figures, nodes: readonly string[]): GroupReport {
  const cell = (kind: Kind, node: string, guard: string): string => {
    const median = figures.median(titleOf(kind), node, guard)
    return median === undefined ? absent : whole(median)
  }
  const where = canPin
    ? 'The app with all its threads has one core, autocannon another one.'
    : 'The app and autocannon share all cores, as `taskset` is missing.'
  return {
    title: 'Express 5: requests per second',
    body: [
      table(
        ['', ...kinds.flatMap((kind) => nodes.map((node) => `${kind}, ${node}`))],
        contenders.map((guard) => [
          guard,
          ...kinds.flatMap((kind) =>
            nodes.map((node) => {
              const ratio = figures.ratio(titleOf(kind), node, names.tollgate, guard)
              const against = guard === names.tollgate ? '' : ` (${digits(ratio)})`
              return cell(kind, node, guard) + against
            }),
          ),
        ]),
      ),
      `In brackets: tollgate / this one. Seconds are those that the app has run. ${where} 32 connections, RS256.`,
    ],
    goals: [names.jose, bearer].map((guard) => ({
      what: `Express 5, all tokens new, requests per second / ${guard}`,
      limit: 1.1,
      side: 'at least',
      unit: '×',
      measured: (node) => figures.ratio(titleOf('new'), node, names.tollgate, guard),
    })),
    short: [
      [
        'Express 5, all tokens new, requests per second (jose by hand, express-oauth2-jwt-bearer)',
        ...nodes.map((node) => {
          const [own, jose, other] = contenders.map((guard) => cell('new', node, guard))
          return `${own} (${jose}, ${other})`
        }),
      ],
    ],
  }
}
