import { options } from './options.ts'
import type { Config } from './schema.ts'

/** What a running process does with a configuration that was read again. */
export interface ReloadPlan {
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
  'server.socketPath',
  'server.socketMode',
  'server.workers',
  'server.adminPort',
  'server.adminHost',
  'session.store',
])
/** Of no meaning without the store that they belong to. */
const ofRedis = /^session\.redis/
/** Another certificate can be had, but whether clients speak TLS belongs to the socket. */
const ofTls = /^server\.tls/

type Values = Record<string, Record<string, unknown>>

/** @param running what is in force; neither it nor `next` is changed */
export function planReload(running: Config, next: Config): ReloadPlan {
  const [before, after] = [running, next] as unknown as [Values, Values]
  const config = structuredClone(next)
  const changed: string[] = []
  const kept: string[] = []
  const files = { ...next.files }
  const keepsTls = (running.server.tlsCertFile === undefined) !== (next.server.tlsCertFile === undefined)
  const keepsStore = running.session.store !== next.session.store
  for (const { path, section, name } of options) {
    const [old, given] = [before[section]?.[name], after[section]?.[name]]
    const [oldFile, givenFile] = [running.files?.[path], files[path]]
    if (JSON.stringify([old, oldFile]) === JSON.stringify([given, givenFile])) continue
    const isKept = fixed.has(path) || (keepsStore && ofRedis.test(path)) || (keepsTls && ofTls.test(path))
    if (!isKept) changed.push(path)
    else {
      kept.push(path)
      if (oldFile === undefined) delete files[path]
      else files[path] = oldFile
      ;((config as unknown as Values)[section] as Record<string, unknown>)[name] = old
    }
  }
  return { config: { ...config, files }, changed, kept }
}
