/** The options that decide the bounds. A shorter `Cache-Control` of the issuer lowers `maxAge`. */
export interface KeyTimes {
  readonly maxAge: number
  readonly staleIfError: number
  readonly cooldown: number
}

/**
 * What the options promise, in seconds and in fetches per hour. README.md prints the values for the
 * default options.
 */
export interface Bounds {
  /** How long a token of a published key can be refused while the issuer answers. */
  readonly refused: number
  /** How long a token of a removed key can be accepted while the issuer answers. */
  readonly accepted: number
  /**
   * How long a token of a removed key can be accepted while the issuer does not answer, counted
   * from the last key set that it served.
   */
  readonly acceptedInOutage: number
  /** Fetches per issuer in any hour, whatever attackers do, if the issuer never answers 4xx. */
  readonly fetches: number
  /**
   * Fetches per issuer in any hour in which the issuer answers 4xx. Then every place of its
   * metadata is asked, and the metadata is fetched again to see whether the keys have moved.
   */
  readonly fetchesIf4xx: number
  /** Fetches per issuer in an hour in which nothing goes wrong. */
  readonly fetchesWithoutFaults: number
}

const longestBackoff = 60
const longestRetryAfter = 300
/**
 * Waits that grow from 1 to 60 seconds with full jitter make about 125 attempts an hour. It is
 * practically impossible that chance alone makes more than this number.
 */
const attemptsPerHourOfOutage = 180
const earliestRefresh = 0.72
const metadataPlaces = 3

export function boundsOf(
  { maxAge, staleIfError, cooldown }: KeyTimes,
  { retryAfter }: { retryAfter: boolean },
): Bounds {
  const refused = Math.max(cooldown, retryAfter ? longestRetryAfter : longestBackoff)
  const unknownKeys = Math.ceil(3600 / cooldown)
  const planned = Math.ceil(3600 / (earliestRefresh * maxAge)) + 2
  return {
    refused,
    accepted: Math.max(maxAge, refused),
    acceptedInOutage: maxAge + staleIfError,
    fetches: planned + 2 * attemptsPerHourOfOutage + unknownKeys,
    fetchesIf4xx:
      planned + (1 + metadataPlaces) * attemptsPerHourOfOutage + (2 + metadataPlaces) * unknownKeys,
    fetchesWithoutFaults: planned,
  }
}
