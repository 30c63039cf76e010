import type { RequestHandler } from 'express'

/** What a contender is told about the issuer and the API. */
export interface Setting {
  readonly issuer: string
  readonly jwksUri: string
  readonly audience: string
}

export interface Contender {
  readonly title: string
  /** The packages whose versions matter. */
  readonly packages: readonly string[]
  /** What is not a default. */
  readonly note?: string
  createGuard(setting: Setting): RequestHandler
}
