import type { Config } from '../config/schema/config-schema.ts'
import type { Issuer } from '../issuer/issuer.ts'
import type { Log } from '../log/log.ts'
import { createRareWarning } from '../log/rare-warning.ts'
import type { BackchannelLogoutPageOptions } from '../server/own/backchannel-logout.ts'
import type { SessionIndex } from '../session/session-index.ts'
import { createBackchannelLogouts } from '../sso/backchannel-logouts.ts'
import type { Store } from '../store/store.ts'
import { elapsedMs } from './clocks.ts'

/** Makes the logouts that an OpenID provider asks for. Other SSOs cannot ask. */
export function createBackchannel(
  { sso: { clientId } }: Config,
  issuer: Issuer | undefined,
  store: Store,
  sessions: Pick<SessionIndex, 'endByLogin'>,
  log: Log,
): { backchannel?: BackchannelLogoutPageOptions } {
  if (issuer === undefined) return {}
  const warn = createRareWarning(
    log,
    'LOGOUT_TOKEN_INVALID',
    'a logout token was refused, and ended no session (sso.issuer)',
    elapsedMs,
  )
  const backchannelLogouts = createBackchannelLogouts({ issuer, clientId, store, sessions })
  return { backchannel: { backchannelLogouts, onLogoutRefused: (reason) => warn(`it ${reason}`) } }
}
