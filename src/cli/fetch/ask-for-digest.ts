import { S3ProxyError } from '../../errors.ts'
import { type ObjectKey, toWireKey } from '../../object/key.ts'
import type { S3Client } from '../../s3/s3-client.ts'
import { TransportError } from '../../s3/transport-error.ts'
import type { CancelSignal } from '../../waiting/cancellation.ts'
import { Deadline } from '../../waiting/deadline.ts'
import { type Expectation, pickExpectation } from './verification.ts'

export interface AskOptions {
  signal: CancelSignal
  deadlineMs: number
  maxAttempts: number
}

/**
 * Asks S3 for the checksum of one version of an object. It is told only on demand, and not with ranges, so this
 * is a request of its own.
 *
 * @returns `undefined` when S3 has nothing to compare with
 * @throws S3ProxyError when S3 cannot be asked, or holds another version by now
 */
export async function askForDigest(
  client: S3Client,
  key: ObjectKey,
  etag: string,
  { signal, deadlineMs, maxAttempts }: AskOptions,
): Promise<Expectation | undefined> {
  const headers = [
    ['if-match', etag],
    ['x-amz-checksum-mode', 'ENABLED'],
  ] as const
  const deadline = new Deadline(deadlineMs, () => performance.now())
  for (let attempt = 1; ; attempt++) {
    try {
      const answer = await client.send({ method: 'HEAD', wireKey: toWireKey(key), headers }, signal, deadline)
      answer.body.cancel()
      if (answer.status === 200) return pickExpectation(answer.headers)
      if (answer.status === 412)
        throw new S3ProxyError(
          'OBJECT_REPLACED',
          'the object was replaced while it was fetched: fetch it again',
        )
      if (attempt >= maxAttempts || answer.status < 500)
        throw new S3ProxyError('S3_UNAVAILABLE', `S3 answered ${answer.status} when asked for the checksum`)
    } catch (error) {
      if (!(error instanceof TransportError) || signal.aborted || attempt >= maxAttempts || deadline.isOver)
        throw error
    }
  }
}
