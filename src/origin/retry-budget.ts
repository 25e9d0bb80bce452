/**
 * Keeps retries from multiplying the load on an S3 that fails. It is a token bucket: each request puts half a token into
 * it, and each retry takes one out. When everything fails, S3 gets 1.5 requests for each request of clients in the long run. While
 * little fails, every failure is retried.
 */
export interface RetryBudget {
  earn(): void
  /** Pays for a retry. @returns whether it is allowed */
  spend(): boolean
}

const reserve = 10

export function createRetryBudget(): RetryBudget {
  let tokens = reserve
  return {
    earn() {
      tokens = Math.min(reserve, tokens + 0.5)
    },
    spend() {
      if (tokens < 1) return false
      tokens--
      return true
    },
  }
}
