import { options } from './options.ts'
import type { Config } from './schema.ts'

/** What a running process does with a configuration that was read again. */
export interface TakenOver {
  /** The new one, with the old values of what cannot change. */
  config: Config
  /** Options with another value from now on. */
  changed: string[]
  /** Options whose new value would need a restart. */
  kept: string[]
}

/** Sockets are opened, processes started and sessions kept once; the rest of the new values needs them. */
const fixed = new Set([
  'server.port',
  'server.host',
  'server.workers',
  'server.adminPort',
  'server.adminHost',
  'session.store',
])
/** Of no meaning without the store that they belong to. */
const ofRedis = /^session\.redis/

type Values = Record<string, Record<string, unknown>>

/** @param running what is in force; neither it nor `next` is changed */
export function takeOver(running: Config, next: Config): TakenOver {
  const [before, after] = [running, next] as unknown as [Values, Values]
  const config = structuredClone(next)
  const changed: string[] = []
  const kept: string[] = []
  const keepsStore = running.session.store !== next.session.store
  for (const { path, section, name } of options) {
    const [old, given] = [before[section]?.[name], after[section]?.[name]]
    if (JSON.stringify(old) === JSON.stringify(given)) continue
    if (!fixed.has(path) && !(keepsStore && ofRedis.test(path))) changed.push(path)
    else {
      kept.push(path)
      ;((config as unknown as Values)[section] as Record<string, unknown>)[name] = old
    }
  }
  return { config, changed, kept }
}
