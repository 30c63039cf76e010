import { Session } from 'node:inspector/promises'

/** Microseconds that one token or request spent in each function, itself and the built-ins that it called. */
export type Profile = Readonly<Record<string, number>>

/** Microseconds between two looks. */
const interval = 200

/** What V8's sampling profiler sees of this process while the work is done. */
export async function sample(work: () => Promise<{ readonly count: number }>): Promise<Profile> {
  const session = new Session()
  session.connect()
  await session.post('Profiler.enable')
  await session.post('Profiler.setSamplingInterval', { interval })
  await session.post('Profiler.start')
  const { count } = await work()
  const { profile } = await session.post('Profiler.stop')
  session.disconnect()

  const names = new Map(profile.nodes.map(({ id, callFrame }) => [id, nameOf(callFrame)]))
  const spent: Record<string, number> = {}
  for (const [i, id] of (profile.samples ?? []).entries()) {
    const name = names.get(id) as string
    spent[name] = (spent[name] ?? 0) + (profile.timeDeltas?.[i] ?? 0) / count
  }
  return spent
}

/** `room: function, file`, as `roomOf` and the report take it apart. */
function nameOf({ functionName, url }: { functionName: string; url: string }): string {
  const file = url.split('/').slice(-2).join('/')
  if (functionName.startsWith('RegExp:')) return `regular expressions: ${functionName.slice(8)}`
  if (functionName === '(garbage collector)') return 'garbage collector:'
  if (functionName === '(idle)') return 'waiting:'
  if (url === '') return 'native code and the kernel:'
  if (url.startsWith('node:')) return `Node: ${functionName}, ${url}`
  const [, scope] = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(url) ?? []
  const room = scope === undefined ? 'the program' : own.has(scope) ? scope : 'the framework'
  return `${room}: ${functionName || 'anonymous'}, ${file}`
}

const own = new Set(['tollgate', 'jose', 'lru-cache'])

export const roomOf = (name: string): string => name.slice(0, name.indexOf(':'))
