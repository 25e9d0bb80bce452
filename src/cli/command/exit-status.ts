/** What the shell is told. */
export const exitStatus = {
  ok: 0,
  failure: 1,
  /** Usage or configuration. */
  usage: 2,
  probeFailed: 3,
  /** The object was delivered, and whether it is what S3 holds could not be told. */
  unverified: 4,
  /** S3 does not serve the object: as curl says of HTTP errors with --fail. */
  notServed: 22,
} as const
