/** Where one Redis listens, and what is said to it first. */
export interface RedisAddress {
  /** A name or an address, without brackets. */
  host: string
  port: number
  isSecure: boolean
  username?: string | undefined
  password?: string | undefined
  database?: number | undefined
  /** Family of addresses that the name is looked up in: 4, 6, or 0 for both. */
  family?: number | undefined
  /** The URL without user, password and query: fit to be shown. */
  shown: string
}
