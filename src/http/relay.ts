import type { Writable } from 'node:stream'
import type { ByteSource } from './byte-source.ts'

/**
 * Writes every byte of `source` to `destination`, at the destination's pace, and leaves it open.
 *
 * A piece is handed over only when the piece before it has left the process, because the source may use its
 * buffer again; so the memory of a transfer is one piece, whatever its size.
 *
 * @param onSent called with the size of each piece once it has left the process
 * @throws whatever the source rejects with, or the error of a destination that closes early; the source is
 *   then cancelled, and the destination is the caller's to destroy
 */
export async function relayBody(
  source: ByteSource,
  destination: Writable,
  onSent: (sizeBytes: number) => void,
): Promise<void> {
  try {
    for (;;) {
      const piece = await source.read()
      if (piece === null) return
      if (destination.destroyed) throw new DestinationClosed()
      await writePiece(destination, piece)
      onSent(piece.byteLength)
    }
  } catch (error) {
    source.cancel()
    throw error
  }
}

/** The reader of a body went away before its end. */
export class DestinationClosed extends Error {
  constructor(options?: { cause?: unknown }) {
    super('the reader closed the connection before the end of the body', options)
    this.name = 'DestinationClosed'
  }
}

function writePiece(destination: Writable, piece: Uint8Array): Promise<void> | undefined {
  let settle: ((error?: Error | null) => void) | undefined
  let settled = false
  let failure: Error | null | undefined
  destination.write(piece, (error) => {
    settled = true
    failure = error
    settle?.(error)
  })
  // The kernel took all of it at once: the callback only comes later, and need not be waited for.
  if (!settled && destination.writableLength === 0 && !destination.destroyed) return undefined
  return new Promise((resolve, reject) => {
    const onClose = () => settle?.(new DestinationClosed())
    settle = (error) => {
      destination.removeListener('close', onClose)
      if (error) reject(error instanceof DestinationClosed ? error : new DestinationClosed({ cause: error }))
      else resolve()
    }
    if (settled) settle(failure)
    else if (destination.destroyed) onClose()
    else destination.once('close', onClose)
  })
}
