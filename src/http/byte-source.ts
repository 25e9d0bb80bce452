/**
 * A body that its reader pulls, one piece at a time.
 *
 * Pulling is the back-pressure: the next piece is read from S3 only after the reader took the one before.
 */
export interface ByteSource {
  /**
   * The next bytes, or `null` at the end.
   *
   * The bytes may lie in a buffer that is reused: they are valid until the next `read` or `cancel`.
   * The promise rejects when the body was cut; a rejection is final.
   */
  read(): Uint8Array | null | Promise<Uint8Array | null>

  /** Drops the rest of the body and releases all its resources at once. It may be called twice, and after the end. */
  cancel(): void
}
