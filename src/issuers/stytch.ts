import type { IssuerOptions, Profile } from '../core/exports.ts'
import type { PresetOptions } from './preset-options.ts'
import { frozenIssuer, presetOptions } from './preset-options.ts'

/** Options of `stytch`: at least one of `projectId` and `domain`. */
export interface StytchOptions {
  /**
   * The id of the project, e.g. `project-live-…`, which is the audience of its tokens. Default: none,
   * and the verifier states it as `audience`.
   */
  projectId?: string
  /**
   * The domain of the project, e.g. `login.acme.com`, where tokens have it in `iss`. Default: none,
   * and `iss` is `stytch.com/PROJECT`.
   */
  domain?: string
  /** Whether the project is one for B2B, which has its keys elsewhere. Default: false. */
  b2b?: boolean
}

const known = { projectId: true, domain: true, b2b: true } as const satisfies Record<
  keyof StytchOptions,
  true
>

const session = 'https://stytch.com/session'

const sessions: Profile = {
  types: ['jwt'],
  issuedAt: true,
  client: [],
  scopes: [],
  roles: [[session, 'roles']],
}
const accessTokens: Profile = {
  types: ['jwt'],
  issuedAt: true,
  required: ['scope'],
  client: ['client_id', 'sub'],
  scopes: ['scope'],
  scopeArray: false,
  roles: [],
}

/**
 * Tokens of one project of Stytch: session JWTs of people, access tokens that people gave to
 * Connected Apps, and those of machines (M2M).
 *
 * The tokens do not follow RFC 9068: their header says `JWT`, and their audience is the project, so
 * that a token is good for every API of it. Session JWTs are told by the claim
 * `https://stytch.com/session`, whose roles are `auth.roles`, and the others by `scope`. ID tokens
 * have neither, and their client as `aud`; a token with `nonce` or another sign of one is refused as
 * well. A machine is its own client.
 *
 * A session JWT has no scopes: a scope that a route demands keeps people's sessions out of it.
 *
 * @throws TypeError for a wrong option.
 */
export function stytch(options: StytchOptions): IssuerOptions {
  const given = presetOptions('stytch', options, known)
  return frozenIssuer({
    ...locationOf(given),
    kinds: [
      { when: { claim: session }, profile: sessions },
      { when: { claim: 'scope' }, profile: accessTokens },
    ],
  })
}

function locationOf(given: PresetOptions): Pick<IssuerOptions, 'issuer' | 'audience' | 'jwksUri'> {
  if (!given.has('projectId') && !given.has('domain')) {
    given.refuse('projectId', "is needed, or 'domain': state one of the two, or both")
  }
  const projectId = given.has('projectId') ? given.segment('projectId') : undefined
  const environment = /^project-(test|live)-./.exec(projectId ?? '')?.[1]
  if (projectId !== undefined && environment === undefined) {
    given.refuse('projectId', "must be the id of a project, such as 'project-live-…'")
  }
  const isB2b = given.has('b2b') && given.flag('b2b')
  const audience = projectId !== undefined && { audience: projectId }
  if (given.has('domain')) {
    const issuer = `https://${given.domain('domain')}`
    return { issuer, ...audience, jwksUri: `${issuer}/.well-known/jwks.json` }
  }
  const api = `https://${environment === 'test' ? 'test' : 'api'}.stytch.com/v1`
  return {
    issuer: `stytch.com/${projectId}`,
    ...audience,
    jwksUri: `${api}${isB2b ? '/b2b' : ''}/sessions/jwks/${projectId}`,
  }
}
