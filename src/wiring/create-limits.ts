import { randomUUID } from 'node:crypto'
import type { Config } from '../config/schema/config-schema.ts'
import { S3ProxyError } from '../errors.ts'
import type { LimitSettings } from '../limits/limit-settings.ts'
import { createLimits, type ProcessLimits } from '../limits/limits.ts'
import type { Log } from '../log/log.ts'
import { logFault } from '../log/log-fault.ts'
import type { Store } from '../store/store.ts'
import { elapsedMs } from './clocks.ts'
import { deploymentOf } from './create-logins.ts'

/** The limits of people in this process, and whether a configuration asks for them. */
export interface AppLimits extends Pick<ProcessLimits, 'usage' | 'liftPace' | 'close'> {
  /** @returns `undefined` where the configuration has no limit */
  of(config: Config): ProcessLimits | undefined
  /** Takes the limits of another configuration. */
  configure(config: Config, store: Store): void
}

export function createAppLimits(config: Config, store: Store, log: Log): AppLimits {
  const limits = createLimits({
    settings: settingsOf(config),
    deployment: deploymentOf(config),
    store,
    holder: randomUUID(),
    now: elapsedMs,
    onAway(error) {
      if (!(error instanceof S3ProxyError)) return logFault(log, error)
      log.warn(
        { code: error.code },
        `limits of people are kept by each process alone, until the store of sessions is back: ${error.message}`,
      )
    },
    onBack: () => log.info({}, 'limits of people are shared again'),
  })
  return {
    of: (next) => (hasLimits(next) ? limits : undefined),
    configure: (next, nextStore) => limits.configure(settingsOf(next), deploymentOf(next), nextStore),
    get usage() {
      return limits.usage
    },
    liftPace: () => limits.liftPace(),
    close: () => limits.close(),
  }
}

function hasLimits({ limits }: Config): boolean {
  return limits.streamsPerPerson !== undefined || limits.bytesPerSecondPerPerson !== undefined
}

function settingsOf({ limits, server }: Config): LimitSettings {
  const { streamsPerPerson, bytesPerSecondPerPerson } = limits
  return { streamsPerPerson, bytesPerSecondPerPerson, workers: server.workers }
}
