import { type S3ProxyError, safeStackOf } from '../errors.ts'
import { nameOptionsOf } from '../mount/name-options.ts'
import type { Log } from './log.ts'

/**
 * Tells the operator why a request failed. A fault of s3proxy is an error, with its stack.
 *
 * @param mount name of the mount that the object is in
 */
export function logFailure(log: Log, requestId: string, failure: S3ProxyError, mount?: string): void {
  const { code, s3RequestId } = failure
  const fields = {
    ...{ requestId, code },
    ...(mount === undefined ? {} : { mount }),
    ...(s3RequestId === undefined ? {} : { s3RequestId }),
  }
  if (code !== 'INTERNAL') {
    log.warn(fields, nameOptionsOf(mount, failure.message))
    return
  }
  const stack = safeStackOf(failure.cause ?? failure)
  log.error({ ...fields, stack }, `a fault of ours: ${failure.message}`)
}
