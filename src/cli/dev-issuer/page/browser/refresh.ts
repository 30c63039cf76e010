import type { IssuerState } from '../../../../testing/control/protocol.ts'
import { ask } from './control.ts'
import { byId, say } from './elements.ts'

type Listener = (state: IssuerState) => void

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
    const state = await ask<IssuerState>('GET', `/state?since=${known}`)
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
