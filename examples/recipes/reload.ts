import type { Auth, Verifier, VerifierOptions } from 'tollgate'
import { createVerifier } from 'tollgate'

export interface Reloadable {
  /** For `createAuth({ verifier })`: guards and routes stay as they are. */
  readonly verifier: Verifier
  /**
   * Takes new options.
   *
   * @throws TypeError or UnavailableError if they are wrong, or an issuer of them cannot be reached:
   * then everything stays as it was.
   */
  reload(options: VerifierOptions): Promise<void>
}

/** A verifier whose options can be replaced while requests are under way. */
export function createReloadable(options: VerifierOptions): Reloadable {
  let current = createVerifier(options)
  const makers = new WeakMap<Auth, Verifier>()
  // One after another, so that the last one that was asked for is the one that stays.
  let last: Promise<unknown> = Promise.resolve()

  async function replace(next: VerifierOptions): Promise<void> {
    const fresh = createVerifier(next)
    // No request waits for its keys.
    await fresh.ready()
    // The old one decides about the requests that it has begun with. It has no timers, and goes.
    current = fresh
  }

  return {
    verifier: {
      async verify(token) {
        const by = current
        const auth = await by.verify(token)
        makers.set(auth, by)
        return auth
      },
      explain: (token) => current.explain(token),
      verifyIdToken: (token, options) => current.verifyIdToken(token, options),
      // Each verifier takes its own Auths alone.
      exchange: (auth, options) => (makers.get(auth) ?? current).exchange(auth, options),
      userinfo: (auth) => (makers.get(auth) ?? current).userinfo(auth),
      ready: () => current.ready(),
      health: () => current.health(),
      forget: (issuer) => current.forget(issuer),
      close: () => current.close(),
    },
    reload(next) {
      const done = last.then(() => replace(next))
      last = done.catch(() => {})
      return done
    },
  }
}
