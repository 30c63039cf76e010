/** Calls back after so many seconds unless cancelled. It never keeps a process alive. */
export function deadline(seconds: number, onPassed: () => void): () => void {
  // Not AbortSignal.timeout, which fake timers do not move. unref is missing where a timer is a
  // number (workerd, browsers).
  const timer: unknown = setTimeout(onPassed, seconds * 1000)
  if (typeof timer === 'object') (timer as { unref?(): void } | null)?.unref?.()
  return () => clearTimeout(timer as ReturnType<typeof setTimeout>)
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
