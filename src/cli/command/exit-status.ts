/** What the shell is told. */
export const exitStatus = {
  ok: 0,
  failure: 1,
  /** Usage or configuration. */
  usage: 2,
  probeFailed: 3,
  /** S3 does not serve the object: as curl says of HTTP errors with --fail. */
  notServed: 22,
} as const
