import type { BlockPool } from './block-pool.ts'

/**
 * Memory that all connections read into. Reads are synchronous, and the bytes are copied out before the next read. An
 * object of some 100 KiB arrives in one read and leaves in one write.
 */
export const sharedReadBuffer = Buffer.allocUnsafeSlow(256 * 1024)

/** The part of it that one read may fill. Where blocks are small, a reader holds few of the bytes behind a head as well. */
export function readBufferFor({ nextBytes }: BlockPool): Buffer {
  return nextBytes < sharedReadBuffer.length ? sharedReadBuffer.subarray(0, nextBytes) : sharedReadBuffer
}
