import type { IncomingMessage } from 'node:http'

/** Memory of the objects of Node for a request and its response, without their text. */
const requestBytes = 4096
/** Memory of a string of V8 besides its characters, with the pointer to it in a list. */
const stringBytes = 32

/** Estimates the memory of a parsed request until it is answered, without its body. */
export function headBytes({ url = '', rawHeaders }: Pick<IncomingMessage, 'url' | 'rawHeaders'>): number {
  const textBytes = rawHeaders.reduce((sum, text) => sum + text.length, url.length)
  return requestBytes + rawHeaders.length * stringBytes + textBytes
}
