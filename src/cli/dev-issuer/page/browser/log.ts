import type { RemoteRequest } from '../../../../testing/control/protocol.ts'
import { ask } from './control.ts'
import { attempt, byId, make } from './elements.ts'
import { onState, refresh } from './refresh.ts'

/** Lines that the page keeps. */
const mostLines = 200

const log = byId('log', HTMLOListElement)
let shown = 0

export function startLog(): void {
  onState(({ total, requests }) => {
    // An empty log, or one that has begun anew.
    if (total < shown || total === requests.length) log.replaceChildren()
    shown = total
    log.prepend(...requests.map(toLine).reverse())
    while (log.childElementCount > mostLines) log.lastElementChild?.remove()
  })
  tell('clear-log', 'DELETE', '/requests', 'The log is empty.')
  tell('reset', 'POST', '/reset', 'The issuer is as it was at its start.')
}

function tell(id: string, method: 'POST' | 'DELETE', path: string, done: string): void {
  byId(id, HTMLButtonElement).addEventListener('click', () => {
    void attempt('log-status', async () => {
      await ask(method, path, method === 'POST' ? {} : undefined)
      await refresh()
      return done
    })
  })
}

function toLine({ at, method, endpoint, url }: RemoteRequest): HTMLElement {
  const { pathname, search } = new URL(url)
  const path = `${decoded(pathname)}${search}`
  return make('li', [
    make('time', new Date(at).toLocaleTimeString('en-GB'), {
      datetime: new Date(at).toISOString(),
    }),
    make('span', endpoint, { class: 'badge' }),
    make('code', `${method} ${path}`),
  ])
}

function decoded(path: string): string {
  try {
    return decodeURI(path)
  } catch {
    return path
  }
}
