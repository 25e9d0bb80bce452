import { S3ProxyError } from '../errors.ts'
import { type Pause, pauseAfter, restDuring } from '../sso/pacing.ts'
import type { TokenQuestion } from './bearer-check.ts'

/**
 * Asks nothing for a moment after a server was away, busy or silent. Questions meanwhile fail in the same way. An answer
 * that is bad for one token says nothing of the next one: otherwise one token could keep all others out.
 *
 * @param elapsedMs a clock that never jumps
 */
export function pauseAfterFailure(ask: TokenQuestion, elapsedMs: () => number): TokenQuestion {
  let pause: Pause | undefined
  return async (token) => {
    restDuring(pause, elapsedMs())
    try {
      return await ask(token)
    } catch (error) {
      if (error instanceof S3ProxyError && isOfServer(error)) pause = pauseAfter(withWait(error), elapsedMs())
      throw error
    }
  }
}

/** A connection that failed has a cause. An answer with a status has none, and may have been made for the one token. */
function isOfServer({ code, cause, retryAfterSeconds }: S3ProxyError): boolean {
  if (code === 'SSO_BUSY' || code === 'SSO_TIMEOUT') return true
  return code === 'SSO_UNAVAILABLE' && (cause !== undefined || retryAfterSeconds !== undefined)
}

/** Programs are told how long the pause is, also where the server has named none. */
function withWait({ code, message, retryAfterSeconds = 1 }: S3ProxyError): S3ProxyError {
  return new S3ProxyError(code, message, { retryAfterSeconds })
}
