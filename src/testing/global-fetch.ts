import { wrongOption } from '../core/option-checks.ts'

type Fetch = typeof globalThis.fetch

/** The fetch of each issuer whose origin is intercepted now. */
const intercepted = new Map<string, Fetch>()

/**
 * Answers requests that `globalThis.fetch` is given for these origins; all others go on to the fetch
 * that was there before.
 *
 * @throws {TypeError} if one of them is intercepted already.
 */
export function interceptGlobalFetch(origins: readonly string[], fetch: Fetch): Disposable {
  const twice = origins.find((origin) => intercepted.has(origin))
  if (twice !== undefined) {
    wrongOption(
      'issuer.interceptGlobalFetch',
      `was called twice for ${twice}: dispose of the first interception, or give the issuers different URLs`,
    )
  }
  if (intercepted.size === 0) install()
  for (const origin of origins) intercepted.set(origin, fetch)
  let isOver = false
  return {
    [Symbol.dispose]() {
      if (isOver) return
      isOver = true
      for (const origin of origins) intercepted.delete(origin)
      if (intercepted.size === 0) uninstall()
    },
  }
}

/** The fetch that was there before, and the one that was put in its place. */
let installed: { readonly before: Fetch; readonly ours: Fetch } | undefined

function install(): void {
  // It is still in use if other code has put its own fetch over it, and calls it.
  const before = globalThis.fetch === installed?.ours ? installed.before : globalThis.fetch
  const ours: Fetch = (input, init) => {
    const fetch = intercepted.get(originOf(input))
    return fetch === undefined ? before(input, init) : fetch(input, init)
  }
  globalThis.fetch = ours
  installed = { before, ours }
}

/** Leaves a fetch alone that other code has put there since: that code will put back ours. */
function uninstall(): void {
  if (installed === undefined || globalThis.fetch !== installed.ours) return
  globalThis.fetch = installed.before
  installed = undefined
}

/** The origin that a fetch is asked for; '' for what is no URL, which the real fetch then refuses. */
function originOf(input: string | URL | Request): string {
  const url = typeof input === 'object' && 'url' in input ? input.url : String(input)
  return URL.canParse(url) ? new URL(url).origin : ''
}
