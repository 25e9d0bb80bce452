import type { CancelSignal } from '../waiting/cancellation.ts'

/** A request as the handler needs it. Its form is checked, and its meaning is not. */
export interface ProxyRequest {
  method: string
  /** The path, percent-encoded, byte for byte as received (latin1), without the query. */
  path: string
  /** The query with its `?`, or an empty text. */
  query: string
  /** The host in lower case, with the port when there is one. */
  host: string
  header(name: RequestHeader): string | undefined
  /**
   * Reads the body as text, where there is one. A page has to call this before it waits for anything: a body that nobody
   * reads is thrown away.
   *
   * @returns `undefined` for a body that is larger than `maxBytes`, or that breaks off
   */
  readBody?(maxBytes: number): Promise<string | undefined>
  /** A signal that fires when the client leaves before its answer is complete. */
  signal: CancelSignal
}

/** The request headers that this program reads; no other header of a request has any effect. */
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
