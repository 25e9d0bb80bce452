import type { Writable } from 'node:stream'
import type { ByteSource } from './byte-source.ts'

/** Divides pieces into smaller writes where a write as large as the piece would cost memory. */
export interface WriteSteps {
  /** Begins a write. @returns its size, at most `leftBytes`; `end` is called with it once it is written */
  begin(leftBytes: number): number
  end(stepBytes: number): void
}

/**
 * Writes every byte of `source` to `destination`, at the destination's pace, and leaves it open.
 *
 * The next piece is read only when the piece before it has left the process, because the source may reuse its buffer.
 * The memory of a transfer is one piece, whatever the size of the body.
 *
 * @param onSent called with the size of each write once it has left the process
 * @param steps divides pieces into smaller writes; without it each piece is one write
 * @throws the error of the source, or DestinationClosed. The source is cancelled then, and the caller destroys the
 *   destination
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

/** The reader of a body closed the connection before the end of the body. */
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
  // The kernel has taken all of it. The callback comes later, and nothing needs to wait for it.
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
