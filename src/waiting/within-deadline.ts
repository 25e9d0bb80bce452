/** Waits for work no longer than `timeoutMs`; what comes of it later is passed over. */
export async function withinDeadline<T>(
  work: Promise<T>,
  timeoutMs: number,
  toError: (timeoutMs: number) => Error,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(toError(timeoutMs)), timeoutMs)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
