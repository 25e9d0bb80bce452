import { S3ProxyError } from '../errors.ts'
import { ownPathPrefix } from '../http/own-paths.ts'
import type { ObjectKey } from '../object/key.ts'
import type { ObjectOpener, ObjectResult } from '../object/object-source.ts'
import { RequestRecord } from '../telemetry/request-record.ts'

/** A key that is reserved: nobody can store an object there and miss it. */
const absentKey = `${ownPathPrefix.slice(1)}readyz` as ObjectKey

/**
 * Asks S3 for one byte of the health-check object, or of an object that cannot exist. The answer that it does not exist
 * also shows that S3 answers and takes our signature.
 *
 * @throws S3ProxyError with what is wrong, for the operator
 */
export async function pingS3(
  source: ObjectOpener,
  healthcheckKey: string | undefined,
  timeoutMs: number,
): Promise<void> {
  const key = (healthcheckKey as ObjectKey | undefined) ?? absentKey
  const signal = AbortSignal.timeout(timeoutMs)
  const request = { method: 'GET', key, conditions: { range: 'bytes=0-0' }, signal } as const
  let result: ObjectResult
  try {
    result = await source.open(request, new RequestRecord())
    if (result.kind === 'found') result.body.cancel()
  } catch (error) {
    if (signal.aborted)
      throw new S3ProxyError('S3_TIMEOUT', `S3 does not answer within ${timeoutMs} ms (s3.endpoint)`)
    throw error
  }
  const { kind } = result
  if ('refusal' in result && result.refusal !== undefined)
    throw new S3ProxyError(kind === 'denied' ? 'OBJECT_DENIED' : 'OBJECT_NOT_FOUND', result.refusal.message)
  if (healthcheckKey !== undefined && (kind === 'not-found' || kind === 'denied'))
    throw new S3ProxyError(
      kind === 'denied' ? 'OBJECT_DENIED' : 'OBJECT_NOT_FOUND',
      kind === 'denied'
        ? 'S3 does not let the health-check object be read (s3.healthcheckKey)'
        : 'there is no health-check object (s3.healthcheckKey)',
    )
}
