/** Everything that every contender meets. Times are seconds from the first request. */
export interface Scenario {
  /** Good requests per second, evenly spaced. */
  readonly rate: number
  /** How many of them are played; the others are taken to fare like their neighbours. */
  readonly playedRate: number
  /** The issuer answers 503. When it is back, it has a new key beside the old one. */
  readonly outage: Span
  /** Requests with unknown key ids, so many per second, beside the good ones. All of them are played. */
  readonly flood: Span & { readonly rate: number }
  readonly end: number
  /** Seconds that the issuer takes for any answer. */
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
  // As long as the longest key cache of a contender, so that everyone's keys become due within it; 20 seconds past the
  // minute, so that no window of a minute happens to end when a cache of ten does.
  flood: { from: 70 * minute + 20, to: 80 * minute + 20, rate: 20 },
  end: 82 * minute,
  // Just less than the time between two played requests. Whoever shares a fetch among the requests that come meanwhile
  // starts the next one at the same moment whether 10 or 200 are played in a second.
  latency: 0.098,
  callers: 500,
}

export const isWithin = (span: Span, time: number): boolean => time >= span.from && time < span.to
