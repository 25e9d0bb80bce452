import { callbackPath, ownPathPrefix } from '../http/own-paths.ts'
import { type ObjectKey, toObjectKey } from '../object/key.ts'

/** What a path asks for. */
export type Route =
  | { kind: 'object'; key: ObjectKey }
  | { kind: 'healthcheck'; key: ObjectKey }
  | { kind: 'callback' }
  | { kind: 'logout' }
  | { kind: 'continue' }
  | { kind: 'livez' }
  | { kind: 'readyz' }
  | { kind: 'invalid' }
  /** The empty key: no object has it, which is said to people who are signed in. */
  | { kind: 'root' }
  /** No object can have this name. */
  | { kind: 'nothing' }

/** Keys that cannot be served, because these paths are ours. */
export const reservedKeys = [callbackPath.slice(1), ownPathPrefix.slice(1)] as const

/** Keys of S3 are at most this long, in UTF-8. */
const maxKeyBytes = 1024

/** @param healthcheckKey the only key that is served without login */
export function route(path: string, healthcheckKey: string | undefined): Route {
  const key = toObjectKey(path)
  if (key === undefined) return { kind: 'invalid' }
  if (key.startsWith('__')) {
    if (key === reservedKeys[0]) return { kind: 'callback' }
    if (key.startsWith(reservedKeys[1])) return ownRoute(key.slice(reservedKeys[1].length))
  }
  // S3 would list the bucket for it.
  if (key === '') return { kind: 'root' }
  if (Buffer.byteLength(key) > maxKeyBytes) return { kind: 'nothing' }
  return { kind: key === healthcheckKey ? 'healthcheck' : 'object', key }
}

function ownRoute(name: string): Route {
  return isOwn(name) ? { kind: name } : { kind: 'nothing' }
}

const ownNames = ['logout', 'continue', 'livez', 'readyz'] as const

function isOwn(name: string): name is (typeof ownNames)[number] {
  return (ownNames as readonly string[]).includes(name)
}
