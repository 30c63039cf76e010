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
  /** The same, after the issuer has moved its keys and the old place goes on to serve the old ones. */
  readonly acceptedAtOldPlace: number
  /**
   * How long a token of a removed key can be accepted while the issuer does not answer, counted
   * from the last key set that it served.
   */
  readonly acceptedInOutage: number
  /**
   * How long a token of a removed key can be accepted while the issuer serves keys but no metadata,
   * counted from the last metadata that it served.
   */
  readonly acceptedWithoutMetadata: number
  /** Fetches per issuer in any hour, whatever attackers do, if the issuer never answers 4xx. */
  readonly fetches: number
  /**
   * Fetches per issuer in any hour in which the issuer answers 4xx. Then every place of its
   * metadata is asked, and the metadata is fetched again to see whether the keys have moved.
   */
  readonly fetchesIf4xx: number
  /** Fetches per issuer in an hour in which nothing fails. */
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
const metadataMaxAge = 3600
const metadataPlaces = 3

export function boundsOf(
  { maxAge, staleIfError, cooldown }: KeyTimes,
  { retryAfter, oldPlace = false }: { retryAfter: boolean; oldPlace?: boolean },
): Bounds {
  const heldBack = retryAfter ? longestRetryAfter : longestBackoff
  // Keys that have moved are found by the second attempt for an unknown key, because the first one
  // asks the old place. Neither begins while attempts are held back.
  const refused = oldPlace ? Math.max(cooldown, heldBack) + cooldown : Math.max(cooldown, heldBack)
  const unknownKeys = Math.ceil(3600 / cooldown)
  const planned = Math.ceil(3600 / (earliestRefresh * maxAge)) + 2
  return {
    refused,
    accepted: Math.max(maxAge, refused),
    acceptedAtOldPlace: Math.max(metadataMaxAge + maxAge, refused),
    acceptedInOutage: maxAge + staleIfError,
    acceptedWithoutMetadata: metadataMaxAge + maxAge + staleIfError,
    // In each cooldown, tokens with unknown keys cause one fetch of keys and one of metadata.
    fetches: planned + 2 * attemptsPerHourOfOutage + 2 * unknownKeys,
    fetchesIf4xx:
      planned +
      (1 + metadataPlaces) * attemptsPerHourOfOutage +
      (2 + 2 * metadataPlaces) * unknownKeys,
    fetchesWithoutFaults: planned,
  }
}
