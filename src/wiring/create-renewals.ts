import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Config } from '../config/schema/config-schema.ts'
import type { SessionKeeperOptions } from '../identity/keep-session.ts'
import type { Log } from '../log/log.ts'
import { createRareWarning } from '../log/rare-warning.ts'
import { createRenewalLeases } from '../session/renewal-leases.ts'
import type { Store } from '../store/store.ts'
import type { RefreshCounts } from '../telemetry/request-tally.ts'
import { elapsedMs } from './clocks.ts'

type RenewalOptions = Pick<SessionKeeperOptions, 'leases' | 'pause' | 'onRenewal' | 'onLateRenewal'>

/** Makes what the renewal of sessions needs beside sessions and SSO. */
export function createRenewals(
  { sso, session }: Config,
  store: Store,
  log: Log,
  refreshes?: RefreshCounts,
): RenewalOptions {
  const warnOfLate = createRareWarning(
    log,
    'SSO_UNAVAILABLE',
    'the SSO did not renew the token of a session ahead of its end; the session goes on until then',
    elapsedMs,
  )
  return {
    // Within this time the SSO and then the store have answered, or have failed.
    leases: createRenewalLeases({
      store,
      leaseMs: sso.timeoutMs + 3 * session.timeoutMs,
      newOwner: randomUUID,
    }),
    // A process that is to end does not wait for it.
    pause: (ms) => sleep(ms, undefined, { ref: false }),
    onRenewal(outcome) {
      if (refreshes !== undefined) refreshes[outcome]++
    },
    onLateRenewal: ({ message }) => warnOfLate(message),
  }
}
