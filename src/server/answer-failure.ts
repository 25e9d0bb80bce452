import { clientLeft, S3ProxyError, safeMessageOf } from '../errors.ts'
import { errorReply } from '../http/error-reply.ts'
import type { ProxyRequest } from '../http/proxy-request.ts'
import type { Reply } from '../http/reply.ts'
import { retryAfterHeader } from '../http/retry-after.ts'
import type { Log } from '../log/log.ts'
import { logFailure } from '../log/log-failure.ts'
import type { RequestRecord } from '../telemetry/request-record.ts'

/** Answers a request that failed, and logs the failure. An error that is no S3ProxyError becomes `INTERNAL`. */
export function answerFailure(error: unknown, request: ProxyRequest, record: RequestRecord, log: Log): Reply {
  const failure =
    error instanceof S3ProxyError
      ? error
      : new S3ProxyError('INTERNAL', safeMessageOf(error), { cause: error })
  record.s3RequestId = failure.s3RequestId
  // The client has left, so nobody reads an answer, and cancelled work is no failure.
  if (request.signal.aborted) return { status: clientLeft.status, headers: [], body: null }
  logFailure(log, record.requestId, failure, record.mount)
  const headers = retryAfterHeader(failure.retryAfterSeconds)
  return errorReply(failure.code, request, record, { headers })
}
