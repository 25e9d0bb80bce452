import type { ByteSource } from '../http/byte-source.ts'
import { cancelLate } from './cancel-late.ts'

/**
 * Reads a small body to its end, and cancels it where it takes too long.
 *
 * @param limitBytes the size above which the body is cancelled
 * @param timeoutMs time for the whole body
 * @returns `undefined` for a larger body
 * @throws TransportError when the body breaks off
 */
export function readWhole(
  body: ByteSource,
  limitBytes: number,
  timeoutMs: number,
): Promise<Buffer | undefined> {
  return cancelLate(body, gather(body, limitBytes), timeoutMs).finally(() => body.cancel())
}

async function gather(body: ByteSource, limitBytes: number): Promise<Buffer | undefined> {
  const pieces: Buffer[] = []
  let sizeBytes = 0
  for (;;) {
    const piece = await body.read()
    if (piece === null) return Buffer.concat(pieces, sizeBytes)
    sizeBytes += piece.byteLength
    if (sizeBytes > limitBytes) return undefined
    // The piece is valid only until the next read.
    pieces.push(Buffer.from(piece))
  }
}
