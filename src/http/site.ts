/** The origin under which a request has reached us. */
export interface Site {
  /** As in `https://assets.example.com`. */
  readonly origin: string
  readonly isSecure: boolean
}
