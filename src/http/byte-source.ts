/**
 * Bytes that are pulled, one piece at a time, by whoever sends them on.
 *
 * Pulling is the back-pressure: nothing is read from S3 before the piece before it was taken.
 */
export interface ByteSource {
  /**
   * The next bytes, or `null` at the end.
   *
   * The bytes may lie in a buffer that is used again: they are valid until the next `read` or `cancel`.
   * Rejects when the body was cut; a rejection is final.
   */
  read(): Uint8Array | null | Promise<Uint8Array | null>

  /** Gives up what is left and everything held for it, at once. Idempotent, and harmless after the end. */
  cancel(): void
}
