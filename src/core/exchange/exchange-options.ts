import { checkDefined, kindOf, knownOptions, wrongOption } from '../option-checks.ts'
import { withoutPrototype } from '../own-members.ts'

/** What a token is exchanged for (RFC 8693 section 2.1). */
export interface ExchangeOptions {
  /** How the issuer names the service that is called. Default: the issuer decides. */
  audience?: string
  /** The scopes that the new token is to have. Default: the issuer decides. */
  scope?: string | readonly string[]
  /** Where the service is: an absolute URI without a fragment (RFC 8707 section 2). */
  resource?: string
}

/** The options, checked and copied, as the form names them. */
export type ExchangeTarget = Readonly<Partial<Record<keyof ExchangeOptions, string>>>

const known = {
  audience: true,
  scope: true,
  resource: true,
} as const satisfies Record<keyof ExchangeOptions, true>

/** RFC 6749 section 3.3. */
const scopeToken = /^[\x21\x23-\x5b\x5d-\x7e]+$/

/**
 * An option that is present with the value undefined is refused: `audience: process.env.NEXT_API`
 * must not mean a token for whatever the issuer likes.
 */
export function resolveExchange(given: unknown): ExchangeTarget {
  const options = knownOptions(
    'the options of verifier.exchange',
    given === undefined ? {} : given,
    known,
  )
  checkDefined('verifier.exchange: option', options, Object.keys(known))
  const { audience, scope, resource } = options
  const target = {
    ...(audience !== undefined && { audience: textOf('audience', audience) }),
    ...(scope !== undefined && { scope: scopesOf(scope).join(' ') }),
    ...(resource !== undefined && { resource: resourceOf(resource) }),
  }
  return Object.freeze(withoutPrototype(target))
}

function textOf(name: string, value: unknown): string {
  if (typeof value === 'string' && value !== '') return value
  return wrongOption(optionNamed(name), `must be a non-empty string, not ${kindOf(value)}`)
}

/** In one order, because a set of scopes is the same in any order. */
function scopesOf(value: unknown): readonly string[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : textOf('scope', value).split(' ')
  const scopes = list.filter((one) => typeof one === 'string' && scopeToken.test(one)) as string[]
  if (scopes.length === 0 || scopes.length < list.length) {
    wrongOption(optionNamed('scope'), "must hold scopes, such as 'orders:read' or ['a', 'b']")
  }
  return [...new Set(scopes)].sort()
}

function resourceOf(value: unknown): string {
  const uri = textOf('resource', value)
  // What URL would drop or encode: the issuer compares the text (RFC 8707 section 2).
  if (URL.canParse(uri) && /^[\x21-\x7e]+$/.test(uri) && !uri.includes('#')) return uri
  return wrongOption(optionNamed('resource'), 'must be an absolute URI without a fragment')
}

function optionNamed(name: string): string {
  return `verifier.exchange: option '${name}'`
}
