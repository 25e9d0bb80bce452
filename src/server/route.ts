import { reservedKeys, resourceMetadataPath } from '../http/own-paths.ts'
import { type ObjectKey, toObjectKey } from '../object/key.ts'
import type { RouteKind } from '../telemetry/route-kind.ts'
import type { HostlessPage, OwnPage, SitePage } from './own/own-page.ts'

/** The target of a path. */
export type Target =
  | { kind: 'object'; key: ObjectKey }
  | { kind: 'healthcheck'; key: ObjectKey }
  | { kind: 'hostless-page'; page: HostlessPage }
  | { kind: 'site-page'; page: SitePage }
  /** Something that is no path. */
  | { kind: 'invalid' }
  /** The empty key. No object has it, and only people who are signed in get that answer. */
  | { kind: 'root' }
  /** A name that no object can have. */
  | { kind: 'nothing' }

/** The longest key that S3 accepts, in bytes of UTF-8. */
const maxKeyBytes = 1024

/**
 * Makes the function that reads paths.
 *
 * @param healthcheckKey the only key that is served without login
 */
export function createRouter(
  ownPages: readonly OwnPage[],
  healthcheckKey: string | undefined,
): (path: string) => Target {
  const ownTargets = new Map(ownPages.map((page) => [page.path.slice(1), targetOf(page)]))
  // Few sites have the document for programs, and the others keep that key for an object.
  const metadata = ownTargets.get(metadataKey)
  return (path) => {
    const key = toObjectKey(path)
    if (key === undefined) return { kind: 'invalid' }
    // All reserved paths begin like this, and few keys do.
    if (key.startsWith('__')) {
      const own = ownTargets.get(key)
      if (own !== undefined) return own
      if (key.startsWith(ownKeyPrefix)) return { kind: 'nothing' }
    }
    if (metadata !== undefined && key === metadataKey) return metadata
    // A request to S3 with an empty key would list the bucket.
    if (key === '') return { kind: 'root' }
    if (Buffer.byteLength(key) > maxKeyBytes) return { kind: 'nothing' }
    return { kind: key === healthcheckKey ? 'healthcheck' : 'object', key }
  }
}

/** The word for a target in log, metrics and traces. */
export function routeKindOf(target: Target): RouteKind {
  return 'page' in target ? target.page.kind : target.kind
}

function targetOf(page: OwnPage): Target {
  return page.needsHost ? { kind: 'site-page', page } : { kind: 'hostless-page', page }
}

const metadataKey = resourceMetadataPath.slice(1)
const [, ownKeyPrefix] = reservedKeys
