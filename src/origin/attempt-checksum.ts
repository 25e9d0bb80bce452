import { S3ProxyError } from '../errors.ts'
import { parseRetryAfter } from '../http/retry-after.ts'
import { readChecksums } from '../object/checksums.ts'
import { toWireKey } from '../object/key.ts'
import type { ChecksumRequest, ChecksumResult } from '../object/object-source.ts'
import { AttemptError } from '../s3/attempt-error.ts'
import type { S3Client } from '../s3/s3-client.ts'
import type { Deadline } from '../waiting/deadline.ts'
import { attemptObject } from './attempt.ts'
import { requestIdOf, sendAttempt } from './attempt-failure.ts'
import { judgeS3Answer } from './verdict.ts'

/**
 * Asks S3 once for the checksums of one version of an object. S3 gives them only on demand, and never with a range.
 *
 * @throws AttemptError; S3ProxyError where no other attempt can do better
 */
export async function attemptChecksum(
  client: S3Client,
  request: ChecksumRequest,
  deadline: Deadline,
): Promise<ChecksumResult> {
  const { key, etag, signal, sharer } = request
  const headers = [
    ['if-match', etag],
    ['x-amz-checksum-mode', 'ENABLED'],
  ] as const
  const asked = { method: 'HEAD', wireKey: toWireKey(key), headers, sharer } as const
  const response = await sendAttempt(client, asked, signal, deadline)
  response.body.cancel()
  const { status } = response
  if (status === 412) return { kind: 'replaced' }
  if (status === 200) {
    // Some stores ignore `if-match`.
    const isOther = response.headers.has('etag') && response.headers.get('etag') !== etag
    return isOther ? { kind: 'replaced' } : { kind: 'found', checksums: readChecksums(response.headers) }
  }
  const message = `S3 answered ${status} when asked for the checksum`
  const details = { s3RequestId: requestIdOf(response) }
  const verdict = judgeS3Answer(status, undefined)
  if (verdict.kind === 'failure' && verdict.mayRetry === true) {
    const retryAfterSeconds = parseRetryAfter(response.headers.get('retry-after'), Date.now())
    throw new AttemptError('S3_UNAVAILABLE', message, true, { ...details, retryAfterSeconds })
  }
  await throwReason(client, request, deadline)
  throw new S3ProxyError('S3_UNAVAILABLE', message, details)
}

/** Throws the reason of a refusal. An answer to HEAD has no reason, so S3 is asked with GET. */
async function throwReason(
  client: S3Client,
  { key, etag, signal, sharer }: ChecksumRequest,
  deadline: Deadline,
): Promise<void> {
  const conditions = { range: 'bytes=0-0', 'if-match': etag }
  const reason = await attemptObject(client, { method: 'GET', key, conditions, signal, sharer }, deadline)
  if (reason.kind === 'found' || reason.kind === 'unmeasured') reason.body.cancel()
}
