import type { ByteSource } from '../http/byte-source.ts'
import type { CancelSignal } from '../waiting/cancellation.ts'

/** The place of one body among those of its person. */
export interface Place {
  /** Gives the place back. It may be called several times. */
  release(): void
  /** Holds the body to the pace of its person. @param signal fires when the reader has left */
  pace(body: ByteSource, signal: CancelSignal): ByteSource
}
