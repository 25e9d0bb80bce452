import type { CancelSignal } from '../waiting/cancellation.ts'

/** What the request handler needs to know of a request, checked for form, not for sense. */
export interface ProxyRequest {
  method: string
  /** Percent-encoded, as received byte for byte (latin1), without the query. */
  path: string
  /** From the `?` on, or empty. */
  query: string
  /** In lower case, with the port when there is one. */
  host: string
  header(name: RequestHeader): string | undefined
  /** Fires when the client has left before its answer was complete. */
  signal: CancelSignal
}

/** The only request headers that anything here reads. */
export const requestHeaders = [
  'accept',
  'authorization',
  'cookie',
  'host',
  'if-match',
  'if-modified-since',
  'if-none-match',
  'if-range',
  'if-unmodified-since',
  'origin',
  'range',
  'sec-fetch-mode',
  'sec-fetch-site',
  'traceparent',
  'x-forwarded-proto',
  'x-request-id',
  'x-vcap-request-id',
  'x-requested-with',
] as const

export type RequestHeader = (typeof requestHeaders)[number]
