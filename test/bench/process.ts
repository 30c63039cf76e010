import type { ChildProcess } from 'node:child_process'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import type { Node } from './nodes.ts'
import { type ProgramName, programFile } from './prepare/programs.ts'

export interface Started<R> {
  /** What the program answered to its first order. */
  readonly reply: R
  /** Gives the program another order, and waits for the reply to it. */
  ask<A>(order: unknown): Promise<A>
  /** Ends the program, if it has not ended by itself. */
  end(): Promise<void>
}

export interface StartOptions {
  /** The Node that the program runs on. Default: the one that runs this. */
  readonly node?: Node
  /** The one core that the program and all its threads get, where `canPin`. Default: any. */
  readonly core?: number
}

/** Milliseconds, and longer than any order takes: a program that hangs must not stop the run. */
const patience = 180_000

/**
 * The options of `node --cpu-prof`, if this process was started with them: V8 then profiles every
 * program as well, and each program writes its profile to a file when it exits.
 */
const profiling = process.execArgv.filter((option) => option.startsWith('--cpu-prof'))

/** Whether a program can be given a core of its own. */
export const canPin =
  availableParallelism() > 1 &&
  [0, 1].every((core) => spawnSync('taskset', ['-c', `${core}`, 'true']).status === 0)

/**
 * Starts a program with an order, and waits for its reply. The program runs on plain Node: the
 * loader of this process is not handed on to it.
 */
export async function start<R>(
  name: ProgramName,
  order: unknown,
  { node, core }: StartOptions = {},
): Promise<Started<R>> {
  const { NODE_OPTIONS: _, ...environment } = process.env
  const command = [node?.execPath ?? process.execPath, ...profiling, programFile(name)]
  if (core !== undefined && canPin) command.unshift('taskset', '-c', `${core}`)
  const child = spawn(command[0] as string, command.slice(1), {
    env: { ...environment, NODE_ENV: 'production' },
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  })
  if (profiling.length > 0) console.error(child.pid, name, node?.name, order)
  try {
    const reply = await ask<R>(child, name, order)
    return { reply, ask: (next) => ask(child, name, next), end: () => end(child) }
  } catch (error) {
    await end(child)
    throw error
  }
}

async function ask<R>(child: ChildProcess, name: ProgramName, order: unknown): Promise<R> {
  // Two events are awaited and one comes: this removes the listener of the other.
  const over = new AbortController()
  const signal = AbortSignal.any([over.signal, AbortSignal.timeout(patience)])
  const ended = once(child, 'exit', { signal }).then(([code]) => {
    throw new Error(`The program ${name} ended with code ${code} and no reply`)
  })
  const replied = once(child, 'message', { signal })
  child.send(order as object)
  try {
    const [reply] = await Promise.race([replied, ended])
    return reply as R
  } finally {
    over.abort()
    await Promise.allSettled([replied, ended])
  }
}

/** Starts a program, waits for its one reply, and ends it. */
export async function run<R>(
  name: ProgramName,
  order: unknown,
  options: StartOptions = {},
): Promise<R> {
  const { reply, end } = await start<R>(name, order, options)
  await end()
  return reply
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  // A killed program would write no profile. One that has lost its parent exits by itself
  // (program.ts).
  if (profiling.length > 0) child.disconnect()
  else child.kill()
  await ended
}
