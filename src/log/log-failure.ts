import { type S3ProxyError, safeStackOf } from '../errors.ts'
import type { Log } from './log.ts'

/** Tells the operator why a request failed. A fault of s3proxy is an error, with its stack. */
export function logFailure(log: Log, requestId: string, failure: S3ProxyError): void {
  const { code, s3RequestId } = failure
  const fields = { requestId, code, ...(s3RequestId === undefined ? {} : { s3RequestId }) }
  if (code !== 'INTERNAL') {
    log.warn(fields, failure.message)
    return
  }
  const stack = safeStackOf(failure.cause ?? failure)
  log.error({ ...fields, stack }, `a fault of ours: ${failure.message}`)
}
