import type { Auth } from '../../core/auth.ts'
import { InsufficientScopeError } from '../../core/errors.ts'
import { checkDistinct } from '../../core/option-checks.ts'
import { own } from '../../core/own-members.ts'
import { listNames } from './names.ts'
import type { Requirement } from './requirement.ts'

/** What a route may ask of who acts for the subject of a token. */
export interface ActorRequirement {
  /**
   * Whether somebody acts for the subject (the claim `act`, RFC 8693 section 4.1). false: nobody may.
   * true: somebody must. A list: the current actor must have one of these subjects, and be of the
   * same issuer as the token; who acted before does not count.
   */
  actor?: boolean | readonly string[]
}

/** Nobody may act for the subject, somebody must, or one of these. */
export function resolveActor(value: unknown, option: string): Requirement {
  const rule = typeof value === 'boolean' ? value : listSubjects(value, option)
  return {
    challenge: undefined,
    unmet(auth) {
      const flaw = actorFlaw(auth, rule)
      if (flaw === undefined) return undefined
      return { error: new InsufficientScopeError('actor'), hint: () => `${flaw} (option 'actor')` }
    },
  }
}

function listSubjects(value: unknown, option: string): readonly string[] {
  const form = 'true, false or an array of subjects'
  const subjects = listNames(option, value, { one: 'subject', several: 'subjects', form })
  checkDistinct(option, subjects)
  return subjects
}

/** Why the actors of an Auth are not those that the route allows. It names none of them. */
function actorFlaw(auth: Auth, rule: boolean | readonly string[]): string | undefined {
  const actors = own(auth, 'actors')
  if (!Array.isArray(actors)) {
    return "the Auth of the verifier has no array 'actors', so nobody can tell who acts for the subject"
  }
  const [isDelegated, current] = [actors.length > 0, own(actors, '0')]
  if (rule === false) {
    return isDelegated
      ? 'somebody acts for the subject of the token (its claim act), and the route lets nobody do so'
      : undefined
  }
  if (!isDelegated) {
    return 'the route needs somebody who acts for the subject, and the token has no claim act'
  }
  if (rule === true) return undefined
  if (!rule.includes(own(current, 'sub') as string)) {
    return 'the current actor of the token (its claim act) is none of those that the route names'
  }
  // RFC 7519 section 4.1.2: a subject is unique within its issuer alone.
  const iss = own(current, 'iss')
  return iss === undefined || iss === auth.issuer
    ? undefined
    : 'the current actor of the token is of another issuer than the token itself, so the subjects that the route names are not its own'
}
