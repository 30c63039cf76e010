import { ask } from './control.ts'
import { byId, say } from './elements.ts'

/** What the issuer says of itself. The control endpoint has the same type. */
export interface State {
  readonly total: number
  readonly requests: readonly {
    readonly endpoint: string
    readonly method: string
    readonly url: string
    readonly at: number
  }[]
  readonly keys: readonly {
    readonly kid: string
    readonly alg: string
    readonly published: boolean
    readonly signs: boolean
  }[]
  readonly faults: readonly {
    readonly id: number
    readonly endpoint: string
    readonly name: string
    readonly times?: number
  }[]
}

type Listener = (state: State) => void

const listeners: Listener[] = []
/** How many requests are known. */
let known = 0
let running: Promise<void> | undefined
let isOver = false

export function onState(listener: Listener): void {
  listeners.push(listener)
}

/** Asks now, for a change that this page has made. */
export async function refresh(): Promise<void> {
  // An answer that is under way may be older than the change.
  await running
  running ??= load().finally(() => {
    running = undefined
  })
  await running
}

/** Asks every second while somebody looks at the page. */
export function startRefreshing(): void {
  async function turn(): Promise<void> {
    if (document.visibilityState === 'visible' && !isOver) await refresh()
    setTimeout(() => void turn(), 1000)
  }
  void turn()
}

async function load(): Promise<void> {
  try {
    const state = await ask<State>('GET', `/state?since=${known}`)
    known = state.total
    if (byId('connection', HTMLElement).textContent !== '') say('connection', '', 'plain')
    for (const listener of listeners) listener(state)
  } catch (error) {
    const { message } = error as Error
    // The same text is not said every second.
    if (byId('connection', HTMLElement).textContent !== message) say('connection', message, 'bad')
  }
}

/**
 * Shows a list, and only if it is another one than before: whoever stands on a button of it would lose
 * the place. When that button goes, the heading is the next place.
 */
export function createList<Item>(id: string, heading: string, toNode: (item: Item) => Node) {
  const element = byId(id, HTMLElement)
  let shown = ''
  return (items: readonly Item[]): void => {
    const wanted = JSON.stringify(items)
    if (wanted === shown) return
    shown = wanted
    const hadFocus = element.contains(document.activeElement)
    element.replaceChildren(...items.map(toNode))
    if (hadFocus) byId(heading, HTMLElement).focus()
  }
}

/** The page goes away, and its question must not be told as a failure. */
addEventListener('pagehide', () => {
  isOver = true
})
addEventListener('pageshow', () => {
  isOver = false
})
