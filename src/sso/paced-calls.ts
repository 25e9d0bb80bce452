import { S3ProxyError } from '../errors.ts'
import { createQueue } from '../waiting/queue.ts'
import { createPacing, type Pause, pauseAfter, restDuring } from './pacing.ts'
import type { SsoCalls } from './sso-calls.ts'

/** Anybody can bring made-up codes. Logins share these calls, and what signed-in people need has others. */
const codesAtOnce = 32
const waitingCodes = 500

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
  const inTurn = createQueue(codesAtOnce, waitingCodes)
  let codes: Pause | undefined

  async function exchangeCode(login: Parameters<typeof calls.exchangeCode>[0]): Promise<Got> {
    restDuring(codes, elapsedMs())
    try {
      return await calls.exchangeCode(login)
    } catch (error) {
      if (error instanceof S3ProxyError && asksForPause(error)) codes = pauseAfter(error, elapsedMs())
      throw error
    }
  }

  return {
    async exchangeCode(login) {
      const exchanged = inTurn(() => exchangeCode(login))
      if (exchanged === undefined) throw tooMany()
      return exchanged
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

function tooMany(): S3ProxyError {
  return new S3ProxyError(
    'SSO_BUSY',
    `more than ${codesAtOnce + waitingCodes} logins are being finished at once`,
    {
      retryAfterSeconds: 1,
    },
  )
}
