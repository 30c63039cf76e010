/** Calls back after so many seconds unless cancelled. It never keeps a process alive. */
export function deadline(seconds: number, onPassed: () => void): () => void {
  // Not AbortSignal.timeout, which fake timers do not move.
  const timer = setTimeout(onPassed, seconds * 1000)
  unref(timer)
  return () => clearTimeout(timer)
}

/** Calls back every so many seconds until cancelled. It never keeps a process alive. */
export function repeat(seconds: number, onPassed: () => void): () => void {
  const timer = setInterval(onPassed, seconds * 1000)
  unref(timer)
  return () => clearInterval(timer)
}

/** `unref` is missing where a timer is a number (workerd, browsers). */
function unref(timer: unknown): void {
  if (typeof timer === 'object') (timer as { unref?(): void } | null)?.unref?.()
}

/**
 * What a promise gives within so many seconds, else what `onPassed` gives or throws. The work
 * itself goes on.
 */
export async function within<T>(seconds: number, work: Promise<T>, onPassed: () => T): Promise<T> {
  let cancel = (): void => {}
  const passed = new Promise<void>((resolve) => {
    cancel = deadline(seconds, resolve)
  }).then(onPassed)
  try {
    return await Promise.race([work, passed])
  } finally {
    cancel()
  }
}
