import { getValue, options, setValue } from './options.ts'
import type { RestartRule } from './schema/option-types.ts'
import type { Config } from './schema.ts'

/** Changes that a running process makes after its configuration was read again. */
export interface ReloadPlan {
  /** The new one, with the old values of what cannot change. */
  config: Config
  /** Options with another value from now on. */
  changed: string[]
  /** Options whose new value would need a restart. */
  kept: string[]
}

/** @param running what is in force; neither it nor `next` is changed */
export function planReload(running: Config, next: Config): ReloadPlan {
  const config = structuredClone(next)
  const changed: string[] = []
  const kept: string[] = []
  const keeps: Record<RestartRule, boolean> = {
    always: true,
    'with-store': running.session.store !== next.session.store,
    'with-tls': (running.server.tlsCertFile === undefined) !== (next.server.tlsCertFile === undefined),
  }
  for (const option of options) {
    const { path, restart } = option
    const [old, given] = [getValue(running, option), getValue(next, option)]
    if (JSON.stringify(old) === JSON.stringify(given)) continue
    if (restart === undefined || !keeps[restart]) changed.push(path)
    else {
      kept.push(path)
      setValue(config, option, old)
    }
  }
  return { config, changed, kept }
}
