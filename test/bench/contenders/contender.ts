import type { RequestHandler } from 'express'

/** The issuer and the API, as every contender is told about them. */
export interface Setting {
  readonly issuer: string
  readonly jwksUri: string
  readonly audience: string
}

export interface Contender {
  readonly title: string
  /** The packages whose versions the report names. */
  readonly packages: readonly string[]
  /** The options that are not defaults. */
  readonly note?: string
  createGuard(setting: Setting): RequestHandler
}
