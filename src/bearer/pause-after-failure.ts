import { S3ProxyError } from '../errors.ts'
import type { TokenQuestion } from './bearer-check.ts'

const defaultPauseMs = 1000
const maxPauseMs = 60_000

/**
 * Asks nothing for a moment after a server was away, busy or silent: for as long as its `retry-after` says, at most a
 * minute, else for a second. Questions meanwhile fail in the same way. An answer that is bad for one token says nothing
 * of the next one: otherwise one token could keep all others out.
 *
 * @param elapsedMs a clock that never jumps
 */
export function pauseAfterFailure(ask: TokenQuestion, elapsedMs: () => number): TokenQuestion {
  let failure: S3ProxyError | undefined
  let untilMs = 0
  return async (token) => {
    const leftMs = untilMs - elapsedMs()
    if (failure !== undefined && leftMs > 0) throw again(failure, leftMs)
    try {
      return await ask(token)
    } catch (error) {
      if (error instanceof S3ProxyError && isOfServer(error)) {
        failure = error
        const { retryAfterSeconds } = error
        const pauseMs = retryAfterSeconds === undefined ? defaultPauseMs : retryAfterSeconds * 1000
        untilMs = elapsedMs() + Math.min(pauseMs, maxPauseMs)
      }
      throw error
    }
  }
}

/** A connection that failed has a cause. An answer with a status has none, and may have been made for the one token. */
function isOfServer({ code, cause, retryAfterSeconds }: S3ProxyError): boolean {
  if (code === 'SSO_BUSY' || code === 'SSO_TIMEOUT') return true
  return code === 'SSO_UNAVAILABLE' && (cause !== undefined || retryAfterSeconds !== undefined)
}

function again({ code, message }: S3ProxyError, leftMs: number): S3ProxyError {
  const retryAfterSeconds = Math.ceil(leftMs / 1000)
  return new S3ProxyError(code, `${message}; it is not asked again for ${retryAfterSeconds} s`, {
    retryAfterSeconds,
  })
}
