/** The origin that a request has reached s3proxy under. */
export interface Site {
  /** The origin, such as `https://assets.example.com`. */
  readonly origin: string
  readonly isSecure: boolean
}
