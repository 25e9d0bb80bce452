/** The origin that a request has reached s3proxy under. */
export interface Site {
  /** The origin, such as `https://assets.example.com`. */
  readonly origin: string
  readonly isSecure: boolean
}

/** Writes an origin. @param host with the port where it is not that of the scheme */
export function originOf({ host, isSecure }: { host: string; isSecure: boolean }): string {
  return `${isSecure ? 'https' : 'http'}://${host}`
}

/** Gives further names of hosts the port of a host, where that has one. */
export function hostsLike(host: string, names: readonly string[]): string[] {
  const port = /:\d+$/.exec(host)?.[0] ?? ''
  return names.map((name) => name + port)
}
