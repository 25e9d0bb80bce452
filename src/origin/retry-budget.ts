/**
 * Keeps retries from multiplying the load on an S3 that is failing: a token bucket, into which each request
 * puts half a token and from which each retry takes one. When everything fails, S3 sees 1.5 requests for each
 * of ours in the long run; while little fails, every failure is retried.
 */
export interface RetryBudget {
  earn(): void
  /** @returns whether a retry is allowed; it is then paid for */
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
