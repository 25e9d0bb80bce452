import type { Config } from '../config/schema/config-schema.ts'

/** The longest time without a byte on one connection. It is no longer than that of all attempts together. */
export function stallTimeoutOf({ stallTimeoutMs, deadlineMs }: Config['s3']): number {
  return Math.min(stallTimeoutMs, deadlineMs)
}
