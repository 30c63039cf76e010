/**
 * A value that is available now, or a promise of it. To await what is available takes a third of a
 * microsecond each time, and a request with a cached token takes little more than one in all. So
 * everything between a request and its decision goes on by these two functions, at once where it
 * can. No promise of another library comes here: code of the application is awaited.
 */
export type Awaitable<T> = T | Promise<T>

/** Goes on with a value once it is available. */
export function andThen<T, U>(value: Awaitable<T>, next: (value: T) => Awaitable<U>): Awaitable<U> {
  return value instanceof Promise ? value.then(next) : next(value)
}

/**
 * Works, and goes on with what that gives or, where it throws or rejects, with the error. What `next`
 * throws is not caught, as in `promise.then(next, failed)`.
 */
export function attempt<T, U>(
  work: () => Awaitable<T>,
  next: (value: T) => Awaitable<U>,
  failed: (error: unknown) => Awaitable<U>,
): Awaitable<U> {
  let value: Awaitable<T>
  try {
    value = work()
  } catch (error) {
    return failed(error)
  }
  return value instanceof Promise ? value.then(next, failed) : next(value)
}

/** Whether a value is available now. */
export function isAvailable<T>(value: Awaitable<T>): value is T {
  return !(value instanceof Promise)
}
