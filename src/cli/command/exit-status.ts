/** The exit statuses of all commands. */
export const exitStatus = {
  ok: 0,
  failure: 1,
  /** The command line or the configuration is wrong. */
  usage: 2,
  probeFailed: 3,
  /** `check-config --explain`: the person may not have it. */
  denied: 4,
  /** `fetch --verify`: the object was delivered, but could not be compared with what S3 holds. */
  unverified: 4,
  /** S3 does not serve the object. The number is that of curl --fail for an HTTP error. */
  notServed: 22,
} as const
