import { S3ProxyError } from '../errors.ts'
import { createPacing, type Pause, pauseAfter, restDuring } from './pacing.ts'
import type { SsoCalls } from './sso-calls.ts'

/**
 * Calls to an SSO that is not asked again for a moment after it failed. Calls meanwhile fail in the same way. Refreshes
 * are paced where sessions are renewed, before an instance takes its turn.
 *
 * @param elapsedMs a clock that never jumps
 */
export function createPacedCalls<Got, Told>(
  calls: SsoCalls<Got, Told>,
  elapsedMs: () => number,
): SsoCalls<Got, Told> {
  const identities = createPacing(elapsedMs)
  let codes: Pause | undefined
  return {
    async exchangeCode(login) {
      restDuring(codes, elapsedMs())
      try {
        return await calls.exchangeCode(login)
      } catch (error) {
        if (error instanceof S3ProxyError && asksForPause(error)) codes = pauseAfter(error, elapsedMs())
        throw error
      }
    },
    refresh: (refreshToken) => calls.refresh(refreshToken),
    async identify(accessToken, person) {
      identities.rest(accessToken, person?.id)
      try {
        const identity = await calls.identify(accessToken, person)
        identities.worked()
        return identity
      } catch (error) {
        if (error instanceof S3ProxyError) identities.failed(error, accessToken, person?.id)
        throw error
      }
    },
  }
}

/** A failed code is spent, and says nothing of the next one: other logins wait only where the SSO asks for it. */
function asksForPause({ code, retryAfterSeconds }: S3ProxyError): boolean {
  return code === 'SSO_BUSY' || retryAfterSeconds !== undefined
}
