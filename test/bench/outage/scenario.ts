/** What happens to every contender. Times are seconds since the first request. */
export interface Scenario {
  /** Good requests per second, evenly spaced. */
  readonly rate: number
  /** How many of these are played. Each stands for its neighbours, which are not played. */
  readonly playedRate: number
  /** When the issuer answers 503. After that, it has a new key in addition to the old one. */
  readonly outage: Span
  /**
   * Requests with unknown key ids, so many per second, in addition to the good ones. All are
   * played.
   */
  readonly flood: Span & { readonly rate: number }
  readonly end: number
  /** How many seconds the issuer takes for each answer. */
  readonly latency: number
  /** How many callers take turns, each with a token of its own. */
  readonly callers: number
}

export interface Span {
  readonly from: number
  readonly to: number
}

const minute = 60

export const scenario: Scenario = {
  rate: 200,
  playedRate: 10,
  outage: { from: 5 * minute, to: 65 * minute },
  // As long as the longest key cache of a contender, so that the keys of every contender become due
  // during the flood. It starts 20 seconds after a full minute, so that no limit that counts per
  // minute ends at the moment when a cache of ten minutes does.
  flood: { from: 70 * minute + 20, to: 80 * minute + 20, rate: 20 },
  end: 82 * minute,
  // A little less than the time between two played requests. A contender that shares a fetch among
  // the requests that come meanwhile then starts the next fetch at the same moment, whether 10 or
  // 200 requests are played in a second.
  latency: 0.098,
  callers: 500,
}

export const isWithin = (span: Span, time: number): boolean => time >= span.from && time < span.to
