import type { Challenge } from '../../../testing.ts'
import { parseChallenges } from '../../../testing.ts'
import type { ApiAnswer, ApiCall } from './call-api.ts'
import type { Verdict } from './verdict.ts'

/** What an answer means, for whoever develops the API or its client. */
export interface ExplainedAnswer {
  readonly summary: string
  readonly challenges: readonly ExplainedChallenge[]
  /** The reasons that the API may have had, as tollgate names them in events and logs. */
  readonly reasons: readonly { readonly name: string; readonly hint: string }[]
  readonly advice: readonly string[]
}

interface ExplainedChallenge {
  readonly scheme: string
  readonly parameters: readonly { name: string; value: string; meaning: string }[]
}

/** Where a developer sees the reason of an API that tollgate guards. */
const whereReasonsAre =
  'The caller is never told the reason. The API tells it to its developer: in onEvent, in onRefused, or on stderr with NODE_DEBUG=tollgate.'

export function explainAnswer(
  answer: ApiAnswer,
  call: Pick<ApiCall, 'token'>,
  verdict: Verdict | undefined,
): ExplainedAnswer {
  const { challenges, isMalformed } = readChallenges(answer)
  return {
    challenges: challenges.map(explainChallenge),
    ...explain(answer, challenges, call.token !== undefined, verdict),
    ...(isMalformed && {
      advice: ['Its WWW-Authenticate header cannot be read (RFC 9110 section 11.6.1).'],
    }),
  }
}

function readChallenges({ headers }: ApiAnswer): {
  challenges: readonly Challenge[]
  isMalformed: boolean
} {
  const values = headers.filter(([name]) => name.toLowerCase() === 'www-authenticate')
  try {
    return {
      challenges: parseChallenges(values.map(([, value]) => value).join(', ')),
      isMalformed: false,
    }
  } catch {
    return { challenges: [], isMalformed: true }
  }
}

type Explained = Omit<ExplainedAnswer, 'challenges'>

function explain(
  answer: ApiAnswer,
  challenges: readonly Challenge[],
  hasToken: boolean,
  verdict: Verdict | undefined,
): Explained {
  const { status } = answer
  const bearer = challenges.find(({ scheme }) => scheme.toLowerCase() === 'bearer')
  if (status === 401 && !hasToken) return withoutToken(bearer)
  if (status === 401) return wrongToken(bearer, verdict)
  if (status === 403) return notPermitted(bearer)
  if (status === 400 && bearer) return malformed()
  if (status === 503) return undecided(answer)
  return { summary: summaryOf(answer, hasToken, verdict), reasons: [], advice: [] }
}

function withoutToken(bearer: Challenge | undefined): Explained {
  const hint = 'The request has no token. This is how the API asks for one.'
  return {
    summary: 'The API wants a token.',
    reasons: [{ name: 'no-credentials', hint }],
    advice: bearer ? [] : [noChallenge],
  }
}

const noChallenge =
  'There is no challenge of the scheme Bearer, which RFC 6750 section 3 demands of a 401. Did another part of the app answer?'

function wrongToken(bearer: Challenge | undefined, verdict: Verdict | undefined): Explained {
  const refused = verdict?.reason === undefined ? undefined : verdict
  const settings = [
    'By the keys and the audience of this issuer, the token is good. So the API differs: its option audience, its option issuer or its profile.',
    'Its keys may be older than the key of this token: after one unknown key it asks for new ones only once in 30 seconds.',
  ]
  return {
    summary: 'The API does not accept the token.',
    reasons: refused
      ? [{ name: refused.reason as string, hint: refused.hint ?? 'This check fails.' }]
      : ['audience', 'issuer', 'token-type', 'unknown-key'].map((name) => ({
          name,
          hint: usual[name] as string,
        })),
    advice: [
      ...(bearer ? [] : [noChallenge]),
      ...(verdict?.accepted ? settings : []),
      ...(bearer && bearer.params['error'] === undefined
        ? [
            'The challenge has no error, as for a request without a token. Does the API read the Authorization header?',
          ]
        : []),
      whereReasonsAre,
    ],
  }
}

/** What reasons mean that an API can have for a token that this issuer thinks good. */
const usual: Readonly<Record<string, string>> = {
  audience: 'the API expects another aud than the token has.',
  issuer: 'the API trusts another issuer than that of the token.',
  'token-type': 'the API expects another kind of token, such as one of a preset.',
  'unknown-key': 'the API has not fetched the key of the token yet.',
}

function notPermitted(bearer: Challenge | undefined): Explained {
  const { error, scope } = bearer?.params ?? {}
  if (error !== 'insufficient_scope') {
    const advice = [
      'There is no insufficient_scope in a challenge. Did another part of the app answer?',
    ]
    return { summary: 'The API refuses.', reasons: [], advice }
  }
  const reasons = ['role', 'permission', 'claim', 'actor', 'check'].map((name) => ({
    name,
    hint: ofRequirements[name] as string,
  }))
  return {
    summary: 'The token is good, and does not permit this request.',
    reasons:
      scope === undefined
        ? reasons
        : [{ name: 'scope', hint: `the route demands ${scope}. Mint a token with these scopes.` }],
    advice: [whereReasonsAre],
  }
}

const ofRequirements: Readonly<Record<string, string>> = {
  role: 'the route demands a role that the token has not.',
  permission: 'the route demands a permission that the token has not.',
  claim: 'the route demands another value of a claim.',
  actor: 'the route demands that somebody acts for the subject, or that nobody does.',
  check: 'a function of the route has said no.',
}

function malformed(): Explained {
  return {
    summary: 'The API cannot read the credentials.',
    reasons: [
      { name: 'malformed-credentials', hint: 'after Bearer stands no single token.' },
      { name: 'multiple-credentials', hint: 'the request has more than one token.' },
    ],
    advice: [whereReasonsAre],
  }
}

function undecided({ headers }: ApiAnswer): Explained {
  const [, seconds] = headers.find(([name]) => name.toLowerCase() === 'retry-after') ?? []
  return {
    summary: 'The API cannot decide now.',
    reasons: [
      {
        name: 'keys',
        hint: 'it could not fetch the keys of the issuer. Did you break them below, or does the API name another address?',
      },
    ],
    advice: [
      ...(seconds === undefined ? [] : [`It asks to try again in ${seconds} seconds.`]),
      whereReasonsAre,
    ],
  }
}

function summaryOf(
  { status, headers }: ApiAnswer,
  hasToken: boolean,
  verdict: Verdict | undefined,
): string {
  const [, location] = headers.find(([name]) => name.toLowerCase() === 'location') ?? []
  if (status >= 300 && status < 400) return `It redirects to ${location}. That was not followed.`
  if (status === 404) return 'There is no such route.'
  if (status >= 500) return 'The API failed.'
  if (status >= 400) return 'The API refuses, for another reason than the token.'
  if (!hasToken) return 'The route is open: it wants no token.'
  return verdict?.accepted === false
    ? `It lets the request in, although this token is bad (${verdict.reason}). Is the route guarded?`
    : 'The API accepts the request.'
}

function explainChallenge({ scheme, token68, params }: Challenge): ExplainedChallenge {
  const parameters = Object.entries(params).map(([name, value]) => ({
    name,
    value,
    meaning: meaningOf(name, value),
  }))
  const bare = { name: 'value', value: token68 ?? '', meaning: 'This scheme has a bare value.' }
  return { scheme, parameters: token68 === undefined ? parameters : [bare, ...parameters] }
}

/** RFC 6750 section 3, RFC 9470 section 3, RFC 9728 section 5.1. */
const meanings: Readonly<Record<string, string>> = {
  realm: 'A name of what is protected. Clients show it to people, and decide nothing by it.',
  scope: 'The scopes that a token needs here.',
  error_description:
    'A sentence for developers of clients. It is the same for every token, so that an attacker learns nothing.',
  error_uri: 'A page about the error.',
  resource_metadata: 'Where the API says which issuers it trusts.',
  acr_values: 'How strongly somebody must log in, for a token that is accepted.',
  max_age: 'How long ago the login may be, in seconds.',
  algs: 'The algorithms that a DPoP proof may have.',
}

const errors: Readonly<Record<string, string>> = {
  invalid_request: 'The request is malformed: it should not be sent again unchanged.',
  invalid_token: 'The token is expired, revoked, malformed or otherwise wrong: get another one.',
  insufficient_scope: 'The token is good, and needs more privileges: ask for more scopes.',
  insufficient_user_authentication: 'The login is too weak or too long ago: log in again.',
  use_dpop_nonce: 'The DPoP proof needs the nonce of this answer.',
}

function meaningOf(name: string, value: string): string {
  const table = name === 'error' ? errors : meanings
  const key = name === 'error' ? value : name
  return Object.hasOwn(table, key) ? (table[key] as string) : 'No standard of OAuth defines this.'
}
