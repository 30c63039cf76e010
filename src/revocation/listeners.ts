import { tell } from '../core/events.ts'
import type { Revocation } from '../core/revocation.ts'
import type { Entry } from './entry.ts'

type Listener = (what: Revocation) => void

/** Whoever wants to know of each revocation that a store makes in this process. */
export interface Listeners {
  subscribe(listener: Listener): () => void
  tell(entry: Entry): void
}

export function createListeners(): Listeners {
  const listeners = new Set<{ readonly listener: Listener }>()
  return {
    subscribe(listener) {
      const subscription = { listener }
      listeners.add(subscription)
      return () => void listeners.delete(subscription)
    },
    tell({ kind, issuer, value, before, until }) {
      const what = Object.freeze({
        issuer,
        [kind]: value,
        ...(kind !== 'jti' && { before }),
        until,
      })
      for (const { listener } of [...listeners]) tell(() => listener(what))
    },
  }
}
