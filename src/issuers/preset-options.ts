import type { IssuerOptions } from '../core/exports.ts'
import {
  checkDistinct,
  kindOf,
  knownOptions,
  optionalFunction,
  wrongOption,
} from '../core/option-checks.ts'

/**
 * The options of one preset. Each is read by a check, whose message names the option and the preset.
 * But for `table` and `optionalFunction`, a check refuses the value undefined: with `server:
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
  /** Such a URL as it is written, with the slash at its end, if there is one. */
  exactUrl(name: string): string
  /** An object of options in the option. Messages name its members as `name.member`. */
  inner(name: string, known: Readonly<Record<string, true>>): PresetOptions
  /** A table from names to lists of texts, copied; undefined for an option that is absent. */
  table(name: string): Readonly<Record<string, readonly string[]>> | undefined
  /** True or false. */
  flag(name: string): boolean
  /** A function; undefined for an option that is absent. */
  optionalFunction<F>(name: string): F | undefined
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
  return readerOf(preset, '', knownOptions(`the options of ${preset}()`, given, known))
}

function readerOf(
  preset: string,
  path: string,
  options: Readonly<Record<string, unknown>>,
): PresetOptions {
  const named = (name: string): string => `option '${path}${name}' of ${preset}()`
  const option = (name: string): string => `${named(name)}:`
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

  function url(name: string): string {
    const given = text(name)
    if (!/^https?:\/\/[^/]/.test(given) || !URL.canParse(given)) {
      refuse(name, "must be a URL, such as 'https://login.example.com'")
    }
    const { origin, pathname, username, password } = new URL(given)
    if (username !== '' || password !== '' || /[?#]|^[^/]*\/\/[^/]*@/.test(given)) {
      refuse(name, 'must have no user name, password, query or fragment')
    }
    const spelled = `${origin}${pathname}`.replace(/\/+$/, '')
    if (given.replace(/\/+$/, '') !== spelled) refuse(name, "must be spelled '%s'", spelled)
    return spelled
  }

  return {
    has: (name) => Object.hasOwn(options, name),
    value: (name) => options[name],
    text,
    texts(name) {
      const value = options[name]
      if (typeof value === 'string') return [text(name)]
      if (!Array.isArray(value)) {
        return refuse(name, `one or a list: each must be a non-empty string, not ${kindOf(value)}`)
      }
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
    url,
    exactUrl(name) {
      url(name)
      return text(name)
    },
    inner(name, members) {
      const inside = knownOptions(named(name), options[name], members)
      return readerOf(preset, `${path}${name}.`, inside)
    },
    table(name) {
      const value = options[name]
      if (value === undefined) return undefined
      const table = knownOptions(named(name), value, Object(value))
      for (const [key, list] of Object.entries(table)) {
        if (!Array.isArray(list)) {
          return refuse(name, `must give '%s' an array, not ${kindOf(list)}`, key)
        }
        table[key] = list.map((one) => readText(name, one))
      }
      return table as Record<string, string[]>
    },
    flag(name) {
      const value = options[name]
      return typeof value === 'boolean' ? value : refuse(name, 'must be true or false')
    },
    optionalFunction: (name) => optionalFunction(option(name), options[name]),
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
