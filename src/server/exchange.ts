/** What is noted of one request on its way, for the access line. */
export interface Exchange {
  route: string
  /** Decoded, where the path names an object. */
  key?: string
  who?: string | undefined
  sessionMs?: number
  ssoMs?: number
  s3Ms?: number
}

/** Adds how long `work` takes to one of an exchange's durations. */
export async function timed<T>(
  exchange: Exchange,
  name: 'sessionMs' | 'ssoMs' | 's3Ms',
  work: T | Promise<T>,
): Promise<T> {
  const startedAt = performance.now()
  try {
    return await work
  } finally {
    exchange[name] = Math.round(((exchange[name] ?? 0) + performance.now() - startedAt) * 1000) / 1000
  }
}
