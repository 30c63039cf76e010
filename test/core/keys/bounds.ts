/** The options that the bounds are made of; `maxAge` as a shorter `Cache-Control` leaves it. */
export interface KeyTimes {
  readonly maxAge: number
  readonly staleIfError: number
  readonly cooldown: number
}

/** What the options promise, in seconds and fetches per hour. README.md prints these for the defaults. */
export interface Bounds {
  /** X: how long a token of a published key can be refused by an issuer that answers. */
  readonly refused: number
  /** Y: how long a token of a removed key can be accepted while the issuer answers. */
  readonly accepted: number
  /** Y when the issuer does not answer: counted from the last key set that it served. */
  readonly acceptedInOutage: number
  /** Z: fetches per issuer in any hour, whatever the issuer and strangers do, 4xx aside. */
  readonly fetches: number
  /** Z when the issuer answers 4xx: then every place of its metadata is asked, and the metadata again for moved keys. */
  readonly fetchesIf4xx: number
  /** Z in an hour in which nothing goes wrong. */
  readonly fetchesInPeace: number
}

const longestBackoff = 60
const longestRetryAfter = 300
/** 1 → 60 seconds with full jitter makes some 125 attempts an hour; more than this is beyond chance. */
const attemptsPerHourOfOutage = 180
const earliestRefresh = 0.72
const metadataPlaces = 3

export function boundsOf(
  { maxAge, staleIfError, cooldown }: KeyTimes,
  { retryAfter }: { retryAfter: boolean },
): Bounds {
  const refused = Math.max(cooldown, retryAfter ? longestRetryAfter : longestBackoff)
  const strangers = Math.ceil(3600 / cooldown)
  const peace = Math.ceil(3600 / (earliestRefresh * maxAge)) + 2
  return {
    refused,
    accepted: Math.max(maxAge, refused),
    acceptedInOutage: maxAge + staleIfError,
    fetches: peace + 2 * attemptsPerHourOfOutage + strangers,
    fetchesIf4xx:
      peace + (1 + metadataPlaces) * attemptsPerHourOfOutage + (2 + metadataPlaces) * strangers,
    fetchesInPeace: peace,
  }
}
