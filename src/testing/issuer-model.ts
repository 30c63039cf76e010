import { kindOf, wrongOption } from '../core/option-checks.ts'
import type { PublicKeyAlgorithm } from '../index.ts'
import { plainObject } from './arguments.ts'
import type { TestIssuerOptions } from './issuer-options.ts'
import { general, plain } from './shapes/plain.ts'
import type { IssuerModel, Shape } from './shapes/shape.ts'
import { shapes } from './shapes/shapes.ts'

/** Which issuer the options mean. */
export interface ResolvedModel {
  readonly url: string
  readonly audience: string | readonly string[]
  readonly alg: PublicKeyAlgorithm
  readonly model: IssuerModel
}

/** Where a test issuer listens, if it is served over HTTP. */
export interface ServedAt {
  readonly origin: string
  /** The path of the issuer, or undefined for that of its shape. */
  readonly path: string | undefined
}

const urlOption = "option 'url' of the test issuer"

export function resolveModel(options: TestIssuerOptions, served?: ServedAt): ResolvedModel {
  checkGiven(options)
  const shape = shapeOf(options.shape)
  const resolved = modelAt(shape, urlOf(shape, options, served), options)
  return served === undefined ? resolved : moved(resolved, served.origin)
}

/** `audience: process.env.AUDIENCE` must not mean the default when the variable is missing. */
function checkGiven(options: TestIssuerOptions): void {
  const { audience, metadata = {} } = options
  plainObject("option 'metadata' of the test issuer", metadata, "metadata: { jwks_uri: '…' }")
  if (!Object.hasOwn(options, 'audience')) return
  const option = "option 'audience' of the test issuer"
  if (audience === undefined) {
    wrongOption(option, 'is present but undefined: give it a value, or leave it out')
  }
  const list: readonly unknown[] = [audience].flat()
  if (list.length > 0 && list.every((one) => typeof one === 'string' && one !== '')) return
  wrongOption(option, `must be a non-empty string or a list of such, not ${kindOf(audience)}`)
}

function shapeOf(name: TestIssuerOptions['shape']): Shape {
  if (name === undefined) return plain
  if (typeof name === 'string' && Object.hasOwn(shapes, name)) return shapes[name]
  const names = Object.keys(shapes).map((one) => `'${one}'`)
  return wrongOption("option 'shape' of the test issuer", `must be one of ${names.join(', ')}`)
}

function urlOf(shape: Shape, { url = shape.url }: TestIssuerOptions, served?: ServedAt): string {
  if (served === undefined) return url
  if (shape === plain) return `${served.origin}${served.path ?? ''}`
  if (served.path === undefined) return url
  if (isWebUrl(url)) return `${new URL(url).origin}${served.path}`
  return wrongOption(
    "option 'path' of serveTestIssuer",
    'must be left out: the iss of this shape is no URL',
  )
}

function modelAt(shape: Shape, url: string, options: TestIssuerOptions): ResolvedModel {
  const parts = partsOf(shape, url)
  const { audience = shape.audience?.({ url, parts }) ?? 'https://api.test' } = options
  const model = { ...general, ...shape.at({ url, audience, parts }) }
  checkAudience(model, audience)
  return { url, audience, alg: shape.alg ?? 'RS256', model }
}

function partsOf(shape: Shape, url: unknown): Readonly<Record<string, string>> {
  const found = typeof url === 'string' ? shape.form.exec(url) : null
  if (found && (shape !== plain || URL.canParse(found[0]))) return { ...found.groups }
  if (shape === plain) {
    wrongOption(urlOption, 'must be an http or https URL without credentials, query or fragment')
  }
  return wrongOption(urlOption, `must be that of an issuer of this shape, such as '${shape.url}'`)
}

/** Where the audience is not for the API to choose, another one would be in no token. */
function checkAudience({ issuer }: IssuerModel, audience: string | readonly string[]): void {
  const stated = typeof issuer === 'string' ? undefined : issuer.audience
  if (stated === undefined || [audience].flat().every((one) => [stated].flat().includes(one)))
    return
  wrongOption(
    "option 'audience' of the test issuer",
    `must be left out, or '${[stated].flat().join("', '")}', which is in every token of this shape`,
  )
}

/**
 * The same issuer, on one origin. There is one server, and it is not that of the vendor. What
 * begins with an origin of the issuer begins with the new one, wherever it is stated.
 */
function moved({ url, audience, model, alg }: ResolvedModel, to: string): ResolvedModel {
  const locations = [url, model.keysAt, ...[model.metadata?.at ?? []].flat()]
  const origins = new Set(locations.filter(isWebUrl).map((one) => new URL(one).origin))

  function move<T>(value: T): T
  function move(value: unknown): unknown {
    if (typeof value === 'string') return moveText(value)
    if (Array.isArray(value)) return value.map(move)
    if (typeof value === 'function') return (...args: unknown[]) => move(value(...args))
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, move(one)]))
  }
  function moveText(text: string): string {
    for (const origin of origins) {
      if (text === origin || text.startsWith(`${origin}/`))
        return `${to}${text.slice(origin.length)}`
    }
    return text
  }
  return { url: move(url), audience: move(audience), model: move(model), alg }
}

/** Not so is an `iss` that is a name, or a SPIFFE ID. */
function isWebUrl(text: string): boolean {
  return /^https?:/.test(text)
}
