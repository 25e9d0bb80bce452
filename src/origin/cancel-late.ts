import type { ByteSource } from '../http/byte-source.ts'
import { withinDeadline } from '../waiting/within-deadline.ts'

/** Waits for something that is read from a body, and cancels the body where that takes too long: the read then fails. */
export function cancelLate<T>(body: ByteSource, read: Promise<T>, timeoutMs: number): Promise<T> {
  return withinDeadline(read, timeoutMs, () => {
    body.cancel()
    return read
  })
}
