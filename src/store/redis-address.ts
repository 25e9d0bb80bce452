/** Host and port of one Redis, and the login and database that a connection begins with. */
export interface RedisAddress {
  /** A name or an IP address, without brackets. */
  host: string
  port: number
  isSecure: boolean
  username?: string | undefined
  password?: string | undefined
  database?: number | undefined
  /** The address family of the DNS lookup: 4, 6, or 0 for both. */
  family?: number | undefined
  /** The URL without user, password and query, for the summary of the configuration. */
  shown: string
}
