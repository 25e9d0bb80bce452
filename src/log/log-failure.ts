import { type S3ProxyError, safeStackOf } from '../errors.ts'
import type { Log } from './log.ts'
import { logOfMount } from './log-of-mount.ts'

/**
 * Tells the operator why a request failed. A fault of s3proxy is an error, with its stack.
 *
 * @param mount name of the mount that the object is in
 */
export function logFailure(log: Log, requestId: string, failure: S3ProxyError, mount?: string): void {
  const { code, s3RequestId } = failure
  const fields = { requestId, code, ...(s3RequestId === undefined ? {} : { s3RequestId }) }
  const ownLog = logOfMount(log, mount)
  if (code !== 'INTERNAL') {
    ownLog.warn(fields, failure.message)
    return
  }
  const stack = safeStackOf(failure.cause ?? failure)
  ownLog.error({ ...fields, stack }, `a fault of ours: ${failure.message}`)
}
