import type { IncomingMessage, ServerResponse } from 'node:http'

/** The longest time for a body that is read. A client that sends it slowly would keep its connection and the answer waiting. */
const bodyTimeoutMs = 10_000

/**
 * Reads the body of a request, as text. The rest of one that is too large is thrown away as it comes.
 *
 * The caller has to begin before the request's first turn of the event loop is over: bodies that nobody reads are thrown away.
 *
 * @returns `undefined` for a body that is larger than `maxBytes`, that breaks off, or that takes longer than `timeoutMs`
 */
export function readBody(
  message: IncomingMessage,
  response: ServerResponse,
  maxBytes: number,
  timeoutMs = bodyTimeoutMs,
): Promise<string | undefined> {
  // The client may wait for this before it sends the body (RFC 9110 section 10.1.1).
  if (message.headers.expect?.toLowerCase() === '100-continue') response.writeContinue()
  return new Promise((settle) => {
    const timer = setTimeout(resolve, timeoutMs, undefined).unref()
    let isOver = false
    let pieces: Buffer[] = []
    let sizeBytes = 0
    message.on('data', (piece: Buffer) => {
      sizeBytes += piece.length
      if (isOver) return
      if (sizeBytes <= maxBytes) pieces.push(piece)
      else resolve(undefined)
    })
    message.once('end', () => resolve(Buffer.concat(pieces).toString()))
    message.once('close', () => resolve(undefined))

    function resolve(text: string | undefined): void {
      clearTimeout(timer)
      isOver = true
      pieces = []
      settle(text)
    }
  })
}
