/**
 * Puts each name that the library reads on Object.prototype, tries everything that must be refused
 * meanwhile, and prints what was found as JSON. A process of its own, because a polluted prototype
 * would break a test runner. Its arguments are names to leave out. With the environment variable
 * EVERY_VALUE, each name that something reads is tried with every value, and not with one of each
 * kind alone.
 */
import { namesRead } from './names.ts'
import type { Trial } from './trial.ts'
import { assertGoodTokensPass, trials } from './trials.ts'
import { kinds, values } from './values.ts'

const names = namesRead().filter((name) => !process.argv.slice(2).includes(name))
const everyValue = Boolean(process.env['EVERY_VALUE'])
// Kept, because these names are polluted, too.
const { defineProperty, getOwnPropertyDescriptor } = Object

// Nothing here is about a network.
globalThis.fetch = async () => {
  throw new Error('no network')
}

type Outcomes = readonly PromiseSettledResult<unknown>[]

/** Starts every trial before the first one ends. */
function runAll(some: readonly Trial[]): Promise<Outcomes> {
  return Promise.allSettled(some.map(async ({ run }) => run()))
}

/** What came of each trial: 'refused', or what somebody got. */
function described(outcomes: Outcomes): readonly string[] {
  return outcomes.map((outcome) =>
    outcome.status === 'rejected' ? 'refused' : `${JSON.stringify(outcome.value)}`,
  )
}

/** Runs the trials while Object.prototype has these members. */
async function runPolluted(
  some: readonly Trial[],
  members: ReadonlyMap<string, PropertyDescriptor>,
): Promise<Outcomes> {
  const before = [...members.keys()].map(
    (name) => [name, getOwnPropertyDescriptor(Object.prototype, name)] as const,
  )
  for (const [name, member] of members) {
    defineProperty(Object.prototype, name, { __proto__: null, ...member } as PropertyDescriptor)
  }
  try {
    return await runAll(some)
  } finally {
    for (const [name, member] of before) {
      delete (Object.prototype as Record<string, unknown>)[name]
      if (member !== undefined) defineProperty(Object.prototype, name, member)
    }
  }
}

/**
 * The language reads these of every description of a member. As getters on Object.prototype they
 * would break everything else at once.
 */
const partsOfMembers = new Set(['get', 'set', 'value', 'writable', 'enumerable', 'configurable'])

/** Whether a place in the code is one of the library, and not of Node or of a package. */
function isSource(place: string): boolean {
  return /[\\/]src[\\/]/.test(place) && !place.includes('node_modules')
}

type Readers = ReadonlyMap<string, string>

/**
 * Who reads which name from Object.prototype: for each name a place in the code, one of the library
 * rather than one of Node or of a package, which may read the name as well. Every name stands
 * there as a getter that gives undefined, which is what an object gives that lacks the member. So
 * every trial must end as it does without that, unless something asks whether a name is present.
 */
async function findReaders(): Promise<{ readers: Readers; changed: readonly string[] }> {
  const readers = new Map<string, string>()
  let busy = false
  const getter = (name: string) => () => {
    // To write down the stack reads some of these names as well.
    if (busy || isSource(readers.get(name) ?? '')) return undefined
    busy = true
    readers.set(name, new Error().stack?.split('\n')[2]?.trim() ?? '')
    busy = false
    return undefined
  }
  const setter = (name: string) =>
    function (this: object, value: unknown) {
      const member = {
        __proto__: null,
        value,
        enumerable: true,
        configurable: true,
        writable: true,
      }
      defineProperty(this, name, member as PropertyDescriptor)
    }
  const absent = names.filter((name) => !(name in Object.prototype || partsOfMembers.has(name)))
  const member = (name: string): [string, PropertyDescriptor] => [
    name,
    { get: getter(name), set: setter(name), enumerable: false, configurable: true },
  ]
  const came = described(await runPolluted(trials, new Map(absent.map(member))))
  const changed = trials.filter((trial, i) => came[i] !== expected.get(trial))
  return { readers, changed: changed.map(({ name }) => name) }
}

const outcomes = described(await runAll(trials))
const expected = new Map(trials.map((trial, i) => [trial, outcomes[i]]))
const short = trials.filter(({ long }) => long !== true)
const { readers, changed } = await findReaders()
const found: string[] = []
// A trial mostly ends with an error. To write down where it was made takes longer than the trial.
Error.stackTraceLimit = 0

/**
 * Tries names with one value, and notes what was not refused and not as it is without that. Gives
 * whether everything else was as it is without that.
 */
async function pollute(
  group: readonly string[],
  value: unknown,
  enumerable: boolean,
  tried: readonly Trial[] = short,
): Promise<boolean> {
  const member = { value, enumerable, configurable: true, writable: true }
  const members = new Map(group.map((name) => [name, member]))
  const came = described(await runPolluted(tried, members))
  for (const [i, trial] of tried.entries()) {
    const outcome = came[i] as string
    if (outcome === 'refused' || outcome === expected.get(trial)) continue
    found.push(`${group} = ${shown(value)}: ${trial.name} gives ${outcome.slice(0, 80)}`)
  }
  return tried.every((trial, i) => came[i] === expected.get(trial))
}

/**
 * Tries names that nothing reads with one value of each kind, which shows that nothing asks whether
 * they are present. Many names are tried at once, because each change of Object.prototype makes all
 * code slow for a while.
 */
async function polluteTogether(group: readonly string[]): Promise<void> {
  for (const value of kinds) {
    for (const enumerable of [true, false]) await polluteInHalves(group, value, enumerable)
  }
}

/**
 * Where names together change anything, each half of them is tried, down to single names: one name
 * that makes everything fail must not hide another that lets somebody in.
 */
async function polluteInHalves(
  group: readonly string[],
  value: unknown,
  enumerable: boolean,
): Promise<void> {
  if ((await pollute(group, value, enumerable)) || group.length === 1) return
  const half = Math.ceil(group.length / 2)
  await polluteInHalves(group.slice(0, half), value, enumerable)
  await polluteInHalves(group.slice(half), value, enumerable)
}

/** Tries a name that something reads, through every trial. */
async function polluteAlone(name: string): Promise<void> {
  for (const value of everyValue ? values : kinds) await pollute([name], value, false, trials)
  for (const value of kinds) await pollute([name], value, true, everyValue ? trials : short)
}

async function assertAllIsWell(group: readonly string[]): Promise<void> {
  await assertGoodTokensPass().catch((error) => {
    found.push(`${group}: afterwards a good token is refused: ${error}`)
  })
}

function shown(value: unknown): string {
  return typeof value === 'string' ? `'${value.slice(0, 40)}'` : typeof value
}

const isRead = (name: string) => readers.has(name) || partsOfMembers.has(name)
const unread = names.filter((name) => !isRead(name))
const groupSize = 64
for (let i = 0; i < unread.length; i += groupSize) {
  const group = unread.slice(i, i + groupSize)
  await polluteTogether(group)
  await assertAllIsWell(group)
}
for (const name of names.filter(isRead)) {
  await polluteAlone(name)
  await assertAllIsWell([name])
}

const readBySource = [...readers]
  .filter(([, place]) => isSource(place))
  .map(([name, place]) => `${name} ${place}`)
const refused = outcomes.filter((outcome) => outcome === 'refused').length
const read = [...readers.keys()]
console.log(JSON.stringify({ names, read, readBySource, changed, refused, found }))
