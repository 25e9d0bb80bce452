import { setTimeout as sleep } from 'node:timers/promises'
import type { Random } from '../../helpers/random.ts'
import type { SsoFault } from '../../helpers/sso/stand-in/sso-fault.ts'
import type { SsoScript } from '../../helpers/sso/stand-in/sso-stand-in-types.ts'
import { type FaultKind, faultAt } from './fault-kind.ts'
import { onWay, resetsAgainAndAgain } from './on-way.ts'

const nonsense: SsoFault[] = [
  ...[{ html: 200 }, { raw: 'NONSENSE\r\n\r\n' }, { truncated: true as const }, { cutBody: true as const }],
]

/**
 * Tokens end while both instances answer, and the refresh meets a fault. Each refresh token is for one use; a spent one
 * ends the login. A person who has to sign in again although the SSO would take the refresh token is a wrong answer.
 */
export const refreshFaults: FaultKind[] = [
  atRefresh('tokens end', () => ({}), []),
  atRefresh('refreshes are slow', () => ({ refresh: { delayMs: 300 } }), []),
  atRefresh('refreshes fail', (random) => ({ refresh: { status: random.pick([500, 503]) } }), [502, 503]),
  atRefresh('refreshes are too many', () => ({ refresh: { status: 429, error: 'slow_down' } }), [502, 503]),
  atRefresh('refreshes get no answer', () => ({ refresh: { stall: 'before-head' } }), [504]),
  atRefresh('refreshes get nonsense', (random) => ({ refresh: random.pick<SsoFault>(nonsense) }), [502]),
  atRefresh(
    'the client is refused at refreshes',
    () => ({ refresh: { status: 401, error: 'invalid_client' } }),
    [401, 502],
  ),
  {
    ...atRefresh(
      'refresh tokens are refused',
      () => ({ refresh: { status: 400, error: 'invalid_grant' } }),
      [],
    ),
    ...{ statuses: [302, 401], endsSessions: true },
  },
  {
    ...atRefresh('answers of refreshes are lost', () => ({ refresh: { lost: true } }), []),
    ...{ statuses: [302, 401, 502], endsSessions: true },
  },
  {
    ...faultAt('sso', 'the SSO goes away around the end of tokens', [502]),
    tokenSeconds: 2,
    async begin({ ways, sso }, random) {
      let isOver = false
      const work = goAway()
      async function goAway(): Promise<void> {
        await sleep(random.below(2500))
        if (isOver) return
        // An answer with new tokens has arrived before the connections break.
        sso.misbehave({ refresh: { stall: 'before-head' } })
        await sleep(100)
        await ways.sso.set({ refuse: 'down' })
        ways.sso.resetAll()
        sso.misbehave()
      }
      return async () => {
        isOver = true
        await work
        await ways.sso.clear()
      }
    },
  },
  {
    ...onWay('redis', 'Redis is far away while tokens end', (random) => ({
      latencyMs: 10 + random.below(40),
    })),
    tokenSeconds: 2,
  },
  {
    ...resetsAgainAndAgain('redis', 'connections to Redis are reset while tokens end', [503, 504]),
    tokenSeconds: 2,
  },
]

/** @param statusesAfterToken statuses that fit once the token that was to be renewed is over */
function atRefresh(
  name: string,
  scriptFor: (random: Random) => SsoScript,
  statusesAfterToken: number[],
): FaultKind {
  return {
    ...faultAt('sso', name, []),
    ...{ tokenSeconds: 2, statusesAfterToken },
    async begin({ sso }, random) {
      sso.misbehave(scriptFor(random))
      return async () => sso.misbehave()
    },
  }
}
