/** How an exchange with S3 failed below HTTP: the words that decide whether and how it is tried again. */
export type TransportFailure =
  /** No connection: refused, unreachable, unknown host, TLS. */
  | 'unreachable'
  | 'connect-timeout'
  /** Connected, but no byte for `s3.stallTimeoutMs`. */
  | 'stalled'
  /** The connection ended before the answer did. */
  | 'cut'
  /** A kept-alive connection that was closed or dead by the time it was used again: no byte was answered. */
  | 'stale'
  /** Not HTTP/1.1, or not an answer to what was asked. */
  | 'garbage'
  /** All connections stayed in use for as long as the request could wait. */
  | 'pool-exhausted'
  /** Given up by us. */
  | 'cancelled'

export class TransportError extends Error {
  readonly failure: TransportFailure

  constructor(failure: TransportFailure, message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.name = 'TransportError'
    this.failure = failure
  }
}

/** Nobody waits any more for the answer to a request. */
export function requestGivenUp(): TransportError {
  return new TransportError('cancelled', 'the request was given up')
}
