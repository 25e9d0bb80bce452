import type { BucketConfig } from './bucket-config.ts'

/** The longest time without a byte on one connection. It is no longer than that of all attempts together. */
export function stallTimeoutOf({ stallTimeoutMs, deadlineMs }: BucketConfig): number {
  return Math.min(stallTimeoutMs, deadlineMs)
}
