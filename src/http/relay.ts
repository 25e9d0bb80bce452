import type { Writable } from 'node:stream'
import type { ByteSource } from './byte-source.ts'

/** In what steps pieces are written where a write as large as the piece would cost memory. */
export interface WriteSteps {
  /** @returns how many of the bytes that are left of a piece to write now; `end` is called with it after that */
  begin(leftBytes: number): number
  end(stepBytes: number): void
}

/**
 * Writes every byte of `source` to `destination`, at the destination's pace, and leaves it open.
 *
 * A piece is handed over only when the piece before it has left the process, because the source may use its
 * buffer again; so the memory of a transfer is one piece, whatever its size.
 *
 * @param onSent called with the size of each piece, or step of one, once it has left the process
 * @param steps without them each piece is written at once
 * @throws whatever the source rejects with, or the error of a destination that closes early; the source is
 *   then cancelled, and the destination is the caller's to destroy
 */
export async function relayBody(
  source: ByteSource,
  destination: Writable,
  onSent: (sizeBytes: number) => void,
  steps?: WriteSteps,
): Promise<void> {
  try {
    for (;;) {
      const piece = await source.read()
      if (piece === null) return
      if (steps !== undefined) {
        await writeInSteps(destination, piece, onSent, steps)
        continue
      }
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

async function writeInSteps(
  destination: Writable,
  piece: Uint8Array,
  onSent: (sizeBytes: number) => void,
  steps: WriteSteps,
): Promise<void> {
  for (let at = 0; at < piece.byteLength; ) {
    if (destination.destroyed) throw new DestinationClosed()
    const stepBytes = steps.begin(piece.byteLength - at)
    try {
      await writePiece(destination, piece.subarray(at, at + stepBytes))
    } finally {
      steps.end(stepBytes)
    }
    at += stepBytes
    onSent(stepBytes)
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
