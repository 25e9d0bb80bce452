import type { Option } from './options/option.ts'
import { getValue, namesIn, removeValue, setValue } from './options/option-values.ts'
import type { Options } from './options/options.ts'
import { productOptions } from './options/product-options.ts'
import type { Config } from './schema/config-schema.ts'
import type { RestartRule } from './schema/option-meta.ts'

/** The changes that a running process makes after its configuration was read again. */
export interface ReloadPlan {
  /** The new configuration, with the old values of options that cannot change. */
  config: Config
  /** Options with another value from now on; names of sections that are new or gone. */
  changed: string[]
  /** Options whose new value would need a restart; names of sections whose coming or going would. */
  kept: string[]
}

/**
 * Compares two configurations, and says what a running process takes of the next one.
 *
 * @param running the configuration in force; neither it nor `next` is changed
 */
export function planReload(running: Config, next: Config, options: Options = productOptions): ReloadPlan {
  const config = structuredClone(next)
  const changed: string[] = []
  const kept: string[] = []
  const keeps: Record<RestartRule, boolean> = {
    always: true,
    'with-store': running.session.store !== next.session.store,
    'with-tls': (running.server.tlsCertFile === undefined) !== (next.server.tlsCertFile === undefined),
  }
  for (const place of placesOf(options, running, next)) {
    const [old, given] = [getValue(running, place), getValue(next, place)]
    if (JSON.stringify(old) === JSON.stringify(given)) continue
    const { path, restart } = place
    if (restart === undefined || !keeps[restart]) changed.push(path)
    else {
      kept.push(path)
      if (old === undefined) removeValue(config, place)
      else setValue(config, place, old)
    }
  }
  return { config, changed, kept }
}

/** An option, or a whole section with a name. */
interface Place extends Pick<Option, 'path' | 'keys'> {
  restart?: RestartRule
}

/** Lists the options of both configurations, and the named sections that only one of them has. */
function placesOf({ single, named }: Options, running: Config, next: Config): readonly Place[] {
  if (named.length === 0) return single
  const ofNames = named.flatMap(({ section, restart, optionsOf }) => {
    const [before, after] = [namesIn(section, running), namesIn(section, next)]
    return namesIn(section, running, next).flatMap((name): readonly Place[] => {
      if (before.includes(name) && after.includes(name)) return optionsOf(name)
      const place = { path: `${section}.${name}`, keys: [section, name] }
      return [restart === undefined ? place : { ...place, restart }]
    })
  })
  return [...single, ...ofNames]
}
