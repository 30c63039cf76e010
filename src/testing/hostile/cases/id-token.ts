import { createHash } from 'node:crypto'
import type { BuildToken, CaseDefinition } from './case.ts'
import { family } from './case.ts'

/** What the good ID token is compared with. */
export interface Expected {
  readonly clientId: string
  readonly nonce: string | undefined
  readonly accessToken: string | undefined
  readonly maxAge: number | undefined
}

const otherClient = 'another-client.test'

/** The good ID token with other claims, signed by the issuer. */
function claims(changes: Readonly<Record<string, unknown>>): BuildToken {
  return ({ signed }) => signed(changes)
}

/** ID tokens with a right signature that belong to another client, and tokens of other kinds. */
function ofAnyone({ clientId }: Expected): readonly CaseDefinition[] {
  return [
    ...family(
      {
        level: 'spec',
        needs: 'a-valid-token',
        refs: ['OpenID Connect Core section 3.1.3.7', 'CWE-346'],
      },
      {
        'id_token/other-client': ['issued to another client', claims({ aud: otherClient })],
        'id_token/several-audiences': [
          'for several clients, and nothing says which one has got it',
          claims({ aud: [clientId, otherClient], azp: undefined }),
        ],
        'id_token/other-authorized-party': [
          'for several clients, and issued to another one',
          claims({ aud: [clientId, otherClient], azp: otherClient }),
        ],
        'id_token/azp-other': [
          'for this client, and issued to another',
          claims({ azp: otherClient }),
        ],
        'id_token/azp-array': ['azp is a list', claims({ azp: [clientId] })],
      },
    ),
    ...family(
      {
        level: 'spec',
        needs: 'a-valid-token',
        refs: ['OpenID Connect Core section 2', 'RFC 8725 section 3.12', 'CWE-843'],
      },
      {
        'id_token/access-token': ['an access token', ({ issuer }) => issuer.mint()],
        'id_token/access-token-for-client': [
          'an access token whose audience is the client',
          ({ signed }) => signed({ client_id: clientId }, { typ: 'at+jwt' }),
        ],
        'id_token/token_use-access': [
          'an access token as AWS Cognito marks it',
          claims({ token_use: 'access' }),
        ],
        'id_token/typ-bearer': ['an access token as Keycloak marks it', claims({ typ: 'Bearer' })],
        'id_token/logout-token': [
          'a logout token without its typ',
          claims({ events: { 'http://schemas.openid.net/event/backchannel-logout': {} } }),
        ],
      },
    ),
  ]
}

/** ID tokens of another sign-in. */
function ofOtherSignIn(nonce: string): readonly CaseDefinition[] {
  return family(
    {
      level: 'spec',
      needs: 'a-valid-token',
      refs: ['OpenID Connect Core section 3.1.3.7', 'OpenID Connect Core section 15.5.2'],
    },
    {
      'id_token/nonce-missing': ['there is no nonce', claims({ nonce: undefined })],
      'id_token/nonce-other': ['another nonce', claims({ nonce: `${nonce}0` })],
      'id_token/nonce-prefix': ['a part of the nonce', claims({ nonce: nonce.slice(0, -1) })],
      'id_token/nonce-empty': ['an empty nonce', claims({ nonce: '' })],
      'id_token/nonce-array': ['a list that holds the nonce', claims({ nonce: [nonce] })],
      'id_token/nonce-null': ['nonce is null', claims({ nonce: null })],
    },
  )
}

/** ID tokens that were issued with another access token. */
function ofOtherAccessToken(accessToken: string): readonly CaseDefinition[] {
  const whole = createHash('sha256').update(accessToken).digest('base64url')
  const other = createHash('sha256').update('another').digest().subarray(0, 16)
  return family(
    {
      level: 'spec',
      needs: 'a-valid-token',
      refs: ['OpenID Connect Core section 3.1.3.8', 'OpenID Connect Core section 16.3'],
    },
    {
      'id_token/at_hash-missing': ['there is no at_hash', claims({ at_hash: undefined })],
      'id_token/at_hash-other': [
        'at_hash is of another access token',
        claims({ at_hash: other.toString('base64url') }),
      ],
      'id_token/at_hash-whole': ['at_hash is the whole hash', claims({ at_hash: whole })],
      'id_token/at_hash-token': ['at_hash is the token', claims({ at_hash: accessToken })],
      'id_token/at_hash-empty': ['at_hash is empty', claims({ at_hash: '' })],
    },
  )
}

/** ID tokens of a sign-in that was too long ago. */
function ofOldSignIn(maxAge: number): readonly CaseDefinition[] {
  const ago = (seconds: number): BuildToken => {
    return ({ now, signed }) => signed({ auth_time: now - seconds })
  }
  return family(
    {
      level: 'spec',
      needs: 'a-valid-token',
      refs: ['OpenID Connect Core section 3.1.2.1', 'OpenID Connect Core section 3.1.3.7'],
    },
    {
      'id_token/auth_time-missing': ['there is no auth_time', claims({ auth_time: undefined })],
      'id_token/auth_time-old': ['the sign-in was too long ago', ago(maxAge + 3600)],
      'id_token/auth_time-future': ['the sign-in is an hour from now', ago(-3600)],
      'id_token/auth_time-string': [
        'auth_time is a string',
        ({ now, signed }) => signed({ auth_time: String(now) }),
      ],
      'id_token/auth_time-word': ['auth_time is a word', claims({ auth_time: 'now' })],
      'id_token/auth_time-null': ['auth_time is null', claims({ auth_time: null })],
    },
  )
}

/** Cases for ID tokens alone. What nothing is compared with has no cases. */
export function idTokenCases(expected: Expected): readonly CaseDefinition[] {
  const { nonce, accessToken, maxAge } = expected
  return [
    ...ofAnyone(expected),
    ...(nonce === undefined ? [] : ofOtherSignIn(nonce)),
    ...(accessToken === undefined ? [] : ofOtherAccessToken(accessToken)),
    ...(maxAge === undefined ? [] : ofOldSignIn(maxAge)),
  ]
}
