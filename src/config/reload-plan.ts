import { getValue, options, setValue } from './options.ts'
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

/** @param running what is in force; neither it nor `next` is changed */
export function planReload(running: Config, next: Config): ReloadPlan {
  const config = structuredClone(next)
  const changed: string[] = []
  const kept: string[] = []
  const keepsTls = (running.server.tlsCertFile === undefined) !== (next.server.tlsCertFile === undefined)
  const keepsStore = running.session.store !== next.session.store
  for (const option of options) {
    const { path } = option
    const [old, given] = [getValue(running, option), getValue(next, option)]
    if (JSON.stringify(old) === JSON.stringify(given)) continue
    const isKept = fixed.has(path) || (keepsStore && ofRedis.test(path)) || (keepsTls && ofTls.test(path))
    if (!isKept) changed.push(path)
    else {
      kept.push(path)
      setValue(config, option, old)
    }
  }
  return { config, changed, kept }
}
