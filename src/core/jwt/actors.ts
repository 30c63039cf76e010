import type { Actor } from '../auth.ts'
import { own } from '../own-members.ts'
import { wrongClaim } from './details.ts'
import type { Claims } from './jws.ts'
import { requireText } from './required-text.ts'

const mostActors = 10
const nobody: readonly Actor[] = Object.freeze([])

/**
 * RFC 8693 section 4.1: who acts for the subject, the current actor first. A claim `act` that cannot
 * be read is a reason to refuse the token: whoever ignored it would take an actor for the subject.
 * The caller freezes the claims, and with them what the claims of an actor hold.
 */
export function readActors(claims: Claims): readonly Actor[] {
  let act = own(claims, 'act')
  if (act === undefined) return nobody
  const actors: Actor[] = []
  const path = ['act']
  while (act !== undefined) {
    if (actors.length === mostActors) throw wrongClaim(['act'], `at most ${mostActors} levels deep`)
    actors.push(readActor(act, path))
    act = own(act, 'act')
    path.push('act')
  }
  return Object.freeze(actors)
}

/** An actor without those who acted before. */
function readActor(act: unknown, path: readonly string[]): Actor {
  if (typeof act !== 'object' || act === null || Array.isArray(act)) {
    throw wrongClaim([path], 'an object with a sub')
  }
  requireText(own(act, 'sub'), [[...path, 'sub']])
  for (const name of ['iss', 'client_id']) {
    if (Object.hasOwn(act, name)) requireText(own(act, name), [[...path, name]])
  }
  const claims = Object.entries(act).filter(([name]) => name !== 'act')
  return Object.freeze(Object.fromEntries(claims)) as Actor
}
