import { networkReason, S3ProxyError } from '../errors.ts'
import { parseRetryAfter } from '../http/retry-after.ts'
import { badToken, type TokenAnswer } from './token-answer.ts'

/** An error of simple-oauth2: a Boom error, with the answer where there was one. */
interface Thrown {
  message?: string
  output?: { statusCode: number }
  data?: {
    isResponseError?: boolean
    /** Parsed JSON, or bytes where they could not be parsed. */
    payload?: unknown
    res?: { statusCode?: number; headers?: { 'retry-after'?: string }; destroy?(): void }
  }
}

/**
 * Takes the answer of the token endpoint out of an error of simple-oauth2. The library throws for every status from 400
 * on, and for JSON that it does not take.
 *
 * @throws S3ProxyError `SSO_TIMEOUT`, `SSO_UNAVAILABLE`, `SSO_BAD_ANSWER` when there is no whole answer
 */
export function answerIn(thrown: unknown, timeoutMs: number, nowMs: number): TokenAnswer {
  const { output, data, message } = thrown as Thrown
  // Nobody reads the rest of a cancelled answer.
  if (data?.isResponseError !== true) data?.res?.destroy?.()
  const isLate = output?.statusCode === 504 || output?.statusCode === 408
  if (isLate && data?.isResponseError !== true) throw tokenTimeout(timeoutMs)
  const status = data?.res?.statusCode
  if (status === undefined) {
    if (message === 'Maximum redirections reached')
      throw badToken('answered with a redirect, which is not followed (sso.url)')
    if (message?.startsWith('Client request error') !== true) throw badToken('gave no usable answer')
    throw new S3ProxyError(
      'SSO_UNAVAILABLE',
      `the token endpoint of the SSO cannot be reached (sso.url): ${networkReason(thrown)}`,
    )
  }
  const { payload } = data ?? {}
  if (status < 300 && !Buffer.isBuffer(payload))
    throw badToken('gave an answer that is cut or too large (sso.url)')
  return {
    status,
    payload: Buffer.isBuffer(payload) ? parseJson(payload) : payload,
    retryAfterSeconds: parseRetryAfter(data?.res?.headers?.['retry-after'], nowMs),
  }
}

/** Parses JSON that has a byte order mark, too, which simple-oauth2 does not. @returns `undefined` for anything else */
function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes))
  } catch {
    return undefined
  }
}

export function tokenTimeout(timeoutMs: number): S3ProxyError {
  return new S3ProxyError(
    'SSO_TIMEOUT',
    `the token endpoint of the SSO did not answer within ${timeoutMs} ms`,
  )
}
