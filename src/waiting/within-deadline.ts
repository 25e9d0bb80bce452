/**
 * Waits for work, and no longer than `timeoutMs`: every timeout of a single piece of work is this one.
 *
 * @param onLate says what the outcome is where the work takes longer: a value, an error that it throws, or the work
 *   itself, given up in some way that ends it
 */
export function withinDeadline<T>(
  work: Promise<T>,
  timeoutMs: number,
  onLate: (timeoutMs: number) => T | Promise<T>,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const late = async () => onLate(timeoutMs)
    const timer = setTimeout(() => resolve(late()), timeoutMs)
    // Work that ends later changes nothing any more, and its failure is no unhandled one.
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
