export interface LoadOrder {
  readonly url: string
  /** Holds a token in each line, which are sent in turn. */
  readonly tokens: string
  /** Where to begin among them. */
  readonly from: number
  readonly seconds: number
  readonly connections: number
}

export interface Load {
  readonly perSecond: number
  /** Milliseconds. */
  readonly p50: number
  readonly p99: number
  /** How many requests were sent, answered or not: where the next load begins. */
  readonly sent: number
}
