import type { IssuerOptions } from '../core/exports.ts'
import { checkDistinct, kindOf, knownOptions, wrongOption } from '../core/option-checks.ts'

/**
 * The options of one preset. Each is read by a check, whose message names the option and the preset.
 * An option that is present with the value undefined is refused by every check: with `server:
 * process.env.SERVER`, a missing variable must not mean another issuer.
 */
export interface PresetOptions {
  /** Whether the option is present, if only with the value undefined. */
  has(name: string): boolean
  /** The value, unchecked. */
  value(name: string): unknown
  /** A text of printable ASCII characters without spaces. */
  text(name: string): string
  /** One such text, or a list of them. */
  texts(name: string): readonly string[]
  /** A host alone, as `URL` spells it. */
  domain(name: string): string
  /** One segment of the path of a URL. */
  segment(name: string): string
  /**
   * An absolute URL without query and fragment, and without a slash at the end. A URL with http is
   * read as well: whether that is allowed is for the verifier to say, which knows
   * `allowInsecureHosts`.
   */
  url(name: string): string
  /** Refuses an option unless it is exactly true. */
  demand(name: string, why: string): void
  /** Refuses an option. Each `%s` of `fix` stands for one of `values`. */
  refuse(name: string, fix: string, ...values: string[]): never
}

/**
 * @param preset The name of the function.
 * @throws TypeError for what is no plain object, and for an option that is not among `known`.
 */
export function presetOptions(
  preset: string,
  given: unknown,
  known: Readonly<Record<string, true>>,
): PresetOptions {
  const options = knownOptions(`the options of ${preset}()`, given, known)
  const option = (name: string): string => `option '${name}' of ${preset}():`
  const refuse = (name: string, fix: string, ...values: string[]): never =>
    wrongOption(option(name), fix, ...values)

  function readText(name: string, value: unknown): string {
    if (typeof value !== 'string' || value === '') {
      return refuse(name, `must be a non-empty string, not ${kindOf(value)}`)
    }
    if (!/^[\x21-\x7e]+$/.test(value)) {
      refuse(name, 'must hold no whitespace, control or non-ASCII character')
    }
    return value
  }
  const text = (name: string): string => readText(name, options[name])

  return {
    has: (name) => Object.hasOwn(options, name),
    value: (name) => options[name],
    text,
    texts(name) {
      const value = options[name]
      if (!Array.isArray(value)) return [text(name)]
      if (value.length === 0) refuse(name, 'must name at least one, not an empty array')
      const texts = value.map((one) => readText(name, one))
      checkDistinct(option(name), texts)
      return texts
    },
    domain(name) {
      const domain = text(name)
      const url = `https://${domain.replace(/^https?:\/\//i, '')}`
      const host = URL.canParse(url) ? new URL(url).hostname : ''
      if (host === domain) return domain
      return host === ''
        ? refuse(name, "must be a domain, such as 'login.example.com'")
        : refuse(name, "must be a domain without a scheme, port or path: write '%s'", host)
    },
    segment(name) {
      const segment = text(name)
      if (!/^[\w.~-]+$/.test(segment) || /^\.+$/.test(segment)) {
        refuse(name, "must be one segment of a URL, without '/': letters, digits and -._~")
      }
      return segment
    },
    url(name) {
      const given = text(name)
      if (!/^https?:\/\/[^/]/.test(given) || !URL.canParse(given)) {
        refuse(name, "must be a URL, such as 'https://login.example.com'")
      }
      const { origin, pathname, username, password } = new URL(given)
      if (username !== '' || password !== '' || /[?#]|^[^/]*\/\/[^/]*@/.test(given)) {
        refuse(name, 'must have no user name, password, query or fragment')
      }
      const url = `${origin}${pathname}`.replace(/\/+$/, '')
      if (given.replace(/\/+$/, '') !== url) refuse(name, "must be spelled '%s'", url)
      return url
    },
    demand(name, why) {
      if (options[name] !== true) refuse(name, why)
    },
    refuse,
  }
}

/** The options of an issuer, frozen deeply: what one caller changed would reach the others. */
export function frozenIssuer(options: IssuerOptions): IssuerOptions {
  return freeze(options)
}

function freeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value
  for (const member of Object.values(value)) freeze(member)
  return Object.freeze(value)
}
