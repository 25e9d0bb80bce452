import type { Config } from '../config/schema.ts'

/** Without a byte on one connection: no longer than over all attempts together. */
export function stallTimeoutOf({ stallTimeoutMs, deadlineMs }: Config['s3']): number {
  return Math.min(stallTimeoutMs, deadlineMs)
}
