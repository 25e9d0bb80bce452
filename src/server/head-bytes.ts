import type { IncomingMessage } from 'node:http'

/** A request and its response as Node has them, without their text. */
const requestBytes = 4096
/** A string of the engine besides its characters, and the place in a list that points at it. */
const stringBytes = 32

/** About how much memory a parsed request takes until it is answered, its body aside. */
export function headBytes({ url = '', rawHeaders }: Pick<IncomingMessage, 'url' | 'rawHeaders'>): number {
  const textBytes = rawHeaders.reduce((sum, text) => sum + text.length, url.length)
  return requestBytes + rawHeaders.length * stringBytes + textBytes
}
