/**
 * Waits for work, and no longer than `timeoutMs`. Every timeout of a single piece of work uses this function.
 *
 * @param onLate gives the outcome of work that takes longer: it returns a value, throws an error, or cancels the work
 *   and returns it
 */
export function withinDeadline<T>(
  work: Promise<T>,
  timeoutMs: number,
  onLate: (timeoutMs: number) => T | Promise<T>,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const late = async () => onLate(timeoutMs)
    const timer = setTimeout(() => resolve(late()), timeoutMs)
    // Work that ends after the deadline changes nothing, and its failure counts as handled.
    work.then(
      (value) => {
        clearTimeout(timer)
        resolve(value)
      },
      (error: unknown) => {
        clearTimeout(timer)
        reject(error)
      },
    )
  })
}
