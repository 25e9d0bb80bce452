/** Waits for work, and no longer than the signal. The work goes on, and its outcome does not matter any more. */
export function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason)
    signal.addEventListener('abort', stop, { once: true })
    if (signal.aborted) stop()
    work.finally(() => signal.removeEventListener('abort', stop)).then(resolve, reject)
  })
}
