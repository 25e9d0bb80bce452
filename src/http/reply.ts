import type { ByteSource } from './byte-source.ts'

/** Header names in lower case, each followed by its value: `['etag', '"a"', 'vary', 'accept']`. */
export type HeaderList = string[]

/** An answer as a plain value; `server/send.ts` puts it on the socket. */
export interface Reply {
  status: number
  headers: HeaderList
  /** `null` for answers without a body, also where `content-length` names one (HEAD, 304). */
  body: string | ByteSource | null
}

/** The value of a header in a list. @param name lower case */
export function headerIn(headers: Readonly<HeaderList>, name: string): string | undefined {
  for (let index = 0; index < headers.length; index += 2) {
    if (headers[index] === name) return headers[index + 1]
  }
  return undefined
}
