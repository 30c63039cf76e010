export interface LoadOrder {
  readonly url: string
  /** A file with a token in each line. The tokens are sent in turn. */
  readonly tokens: string
  /** The line to begin with. */
  readonly from: number
  readonly seconds: number
  readonly connections: number
}

export interface Load {
  readonly perSecond: number
  /** Milliseconds. */
  readonly p50: number
  readonly p99: number
  /** How many requests were sent, answered or not. The next load begins after them. */
  readonly sent: number
}
