import { kindOf, knownOptions, optionalBoolean, wrongOption } from '../option-checks.ts'
import { inside, readMark, readName, readNames } from './mark-options.ts'
import type { Mark } from './marks.ts'
import { isSign, signs } from './marks.ts'
import type { ClaimPath, Profile, ProfileName, TokenProfile } from './profile.ts'
import { profiles, signMarks } from './profile.ts'

const known = {
  types: true,
  untyped: true,
  accessToken: true,
  refused: true,
  required: true,
  issuedAt: true,
  audience: true,
  otherAudiences: true,
  subject: true,
  subjectPrefix: true,
  client: true,
  scopes: true,
  scopeArray: true,
  roles: true,
  mergeRoles: true,
  permissions: true,
} as const satisfies Record<keyof Profile, true>

/** The option `profile`: the name of a profile, or a profile in full. */
export function resolveProfile(option: string, value: unknown): TokenProfile {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return resolveProfileObject(option, value)
  }
  if (typeof value !== 'string' || !Object.hasOwn(profiles, value)) {
    wrongOption(option, `must be 'rfc9068' or 'jwt', or a profile object`)
  }
  return profiles[value as ProfileName]
}

/** A profile in full, checked, copied and complete. */
export function resolveProfileObject(option: string, value: unknown): TokenProfile {
  return Object.freeze(readProfile(option, knownOptions(option, value, known)))
}

function readProfile(option: string, given: Record<string, unknown>): TokenProfile {
  const at = (name: keyof Profile): string => inside(option, name)
  const flag = (name: keyof Profile): boolean | undefined => optionalBoolean(at(name), given[name])
  const paths = (name: 'client' | 'scopes' | 'roles' | 'permissions'): readonly ClaimPath[] =>
    given[name] === undefined ? profiles.jwt[name] : readPaths(at(name), given[name])

  const types = readTypes(at('types'), given['types'])
  const untyped = flag('untyped') ?? false
  const accessToken = readAccessToken(at('accessToken'), given['accessToken'])
  // What makes it certain that a token is an access token, whatever claims it has.
  const isMarked = accessToken !== undefined || (types.join() === 'at+jwt' && !untyped)
  const subject = oneOf(at('subject'), given['subject'], ['sub', 'client'] as const)
  const required = readFurther(at('required'), given['required'])
  return {
    types,
    untyped,
    accessToken,
    refused: readRefused(at('refused'), given['refused'], isMarked),
    required: subject === 'sub' ? [...new Set(['sub', ...required])] : required,
    issuedAt: flag('issuedAt') ?? false,
    audience: readAudience(at('audience'), given['audience'], isMarked),
    otherAudiences: readFurther(at('otherAudiences'), given['otherAudiences']),
    subject,
    subjectPrefix: readPrefix(at('subjectPrefix'), given['subjectPrefix']),
    client: paths('client'),
    scopes: paths('scopes'),
    scopeArray: flag('scopeArray') ?? true,
    roles: paths('roles'),
    mergeRoles: flag('mergeRoles') ?? false,
    permissions: paths('permissions'),
  }
}

/** Names beside those that always count: there may be none. */
function readFurther(option: string, value: unknown): readonly string[] {
  const isEmpty = Array.isArray(value) && value.length === 0
  return value === undefined || isEmpty ? [] : readNames(option, value)
}

/** It ends in a slash, so that `spiffe://example.org` is no prefix of `spiffe://example.org.test`. */
function readPrefix(option: string, value: unknown): string | undefined {
  if (value === undefined) return undefined
  const prefix = readName(option, value)
  if (!prefix.endsWith('/')) wrongOption(option, "must end in a slash: write '%s/'", prefix)
  return prefix
}

function readTypes(option: string, value: unknown): readonly string[] {
  const types = readNames(option, value).map((type) =>
    type.toLowerCase().replace(/^application\//, ''),
  )
  const wrong = types.find((type) => !/^[\w!#$&^.+-]+$/.test(type))
  if (wrong !== undefined) {
    wrongOption(option, "holds '%s': name media types of tokens, such as 'at+jwt' and 'jwt'", wrong)
  }
  return types
}

/** Claims that every token has. They cannot tell one kind of token from another. */
const registered = ['iss', 'sub', 'aud', 'exp', 'iat', 'nbf', 'jti']

function readAccessToken(option: string, value: unknown): Mark | undefined {
  if (value === undefined) return undefined
  const mark = readMark(option, value)
  if (mark.not !== undefined) {
    wrongOption(option, "must not have 'not': state what access tokens have, with 'is'")
  }
  if (registered.includes(mark.claim)) {
    wrongOption(
      option,
      "names the claim '%s', which other kinds of tokens have as well",
      mark.claim,
    )
  }
  return mark
}

function readRefused(option: string, value: unknown, isMarked: boolean): readonly Mark[] {
  if (value === undefined) return signMarks
  if (!Array.isArray(value)) {
    wrongOption(option, `must be an array of claims or marks, not ${kindOf(value)}`)
  }
  const marks = value.map((one, i) =>
    typeof one === 'string' && one !== ''
      ? Object.freeze({ claim: one })
      : readMark(inside(option, String(i)), one),
  )
  const missing = signs.find((sign) => !marks.some((mark) => isSign(mark) && mark.claim === sign))
  if (missing !== undefined && !isMarked) {
    wrongOption(
      option,
      `leaves out '${missing}', so that ID tokens would pass: add it, or say how access tokens are marked ('accessToken', or types ['at+jwt'])`,
    )
  }
  return Object.freeze(marks)
}

function readAudience(option: string, value: unknown, isMarked: boolean): TokenProfile['audience'] {
  const audience = oneOf(option, value, ['aud', 'client_id', 'azp', 'iss'] as const)
  if (audience !== 'aud' && !isMarked) {
    wrongOption(
      option,
      `is '${audience}', which ID tokens have as well: say how access tokens are marked ('accessToken', or types ['at+jwt'])`,
    )
  }
  return audience
}

function readPaths(option: string, value: unknown): readonly ClaimPath[] {
  if (!Array.isArray(value)) {
    wrongOption(option, `must be an array of claims or of paths, not ${kindOf(value)}`)
  }
  return Object.freeze(
    value.map((one) => (Array.isArray(one) ? readNames(option, one) : readName(option, one))),
  )
}

function oneOf<T extends string>(option: string, value: unknown, names: readonly [T, ...T[]]): T {
  if (value === undefined) return names[0]
  if (!names.includes(value as T)) {
    wrongOption(option, `must be one of ${names.map((name) => `'${name}'`).join(', ')}`)
  }
  return value as T
}
