import { startingWith } from '../http/starting-with.ts'
import type { CancelSignal } from '../waiting/cancellation.ts'
import type { Deadline } from '../waiting/deadline.ts'
import { beforeHead } from './attempt-failure.ts'
import { cancelLate } from './cancel-late.ts'
import type { UnmeasuredObject } from './found-object.ts'

/**
 * Waits for the first bytes of a body whose size nobody knows. Such an answer can be garbage behind a valid head, which is
 * a failed attempt until the client has a head, and a cut after that.
 *
 * @throws AttemptError when no first bytes come, or they are garbage
 */
export async function withFirstPiece(
  found: UnmeasuredObject,
  signal: CancelSignal,
  deadline: Deadline,
): Promise<UnmeasuredObject> {
  const { body } = found
  const first = await beforeHead(body, signal, deadline, () =>
    cancelLate(body, Promise.resolve(body.read()), deadline.remainingMs),
  )
  return { ...found, body: { ...startingWith(first, body), abandon: () => body.abandon() } }
}
