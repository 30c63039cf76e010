/** A value that is available now, or a promise of it. */
export type Awaitable<T> = T | Promise<T>

/**
 * Goes on with a value: at once if it is available, else when its promise has ended. To await what
 * is available costs two turns of the queue of promises: most of what a cached token takes. So
 * nothing between a request and its decision awaits but through this function, and what `next`
 * throws is thrown or rejected with, as the value was.
 */
export function andThen<T, U>(value: Awaitable<T>, next: (value: T) => Awaitable<U>): Awaitable<U> {
  return value instanceof Promise ? value.then(next) : next(value)
}
