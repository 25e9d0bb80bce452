/** The ways in which an exchange with S3 can fail below HTTP. They decide whether and how it is repeated. */
export type TransportFailure =
  /** There is no connection: refused, unreachable, unknown host, TLS. */
  | 'unreachable'
  | 'connect-timeout'
  /** No byte for `s3.stallTimeoutMs`, after connecting. */
  | 'stalled'
  /** The connection ended before the answer did. */
  | 'cut'
  /** A kept-alive connection was closed or dead when it was used again: no byte was answered. */
  | 'stale'
  /** The answer is not HTTP/1.1, or none to this request. */
  | 'garbage'
  /** All connections stayed in use for as long as the request could wait. */
  | 'pool-exhausted'
  /** Nobody waits for the answer any more. */
  | 'cancelled'

export class TransportError extends Error {
  readonly failure: TransportFailure

  constructor(failure: TransportFailure, message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.name = 'TransportError'
    this.failure = failure
  }
}

/** The failure of a request that nobody waits for any more. */
export function requestGivenUp(): TransportError {
  return new TransportError('cancelled', 'the request was given up')
}
