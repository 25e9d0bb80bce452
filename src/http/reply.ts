import type { ByteSource } from './byte-source.ts'

/** Header names in lower case, each followed by its value: `['etag', '"a"', 'vary', 'accept']`. */
export type HeaderList = string[]

/** An answer as a plain value; `server/send.ts` puts it on the socket, and alone writes `content-length`. */
export interface Reply {
  status: number
  headers: HeaderList
  body: string | StreamBody | null
}

/** A body whose bytes come from elsewhere. */
export interface StreamBody {
  /** `null` in an answer to HEAD, which tells the size of a body and has none of its bytes. */
  source: ByteSource | null
  /** `undefined` where only the end of the bytes tells it: they are sent chunked then. */
  sizeBytes: number | undefined
}
