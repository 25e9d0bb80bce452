import { isReservedKey, resourceMetadataPath } from '../http/own-paths.ts'
import { createMountFinder, type MountPlace } from '../mount/find-mount.ts'
import { healthcheckMountOf } from '../mount/health-check.ts'
import { keyBelow, type ObjectKey, toObjectKey } from '../object/key.ts'
import { maxKeyBytes } from '../s3/max-key-bytes.ts'
import type { RouteKind } from '../telemetry/route-kind.ts'
import type { HostlessPage, OwnPage, SitePage } from './own/own-page.ts'

/** The target of a path. Paths in it are decoded, and stand below the host without their first `/`. */
export type Target<Mount extends MountPlace> =
  | { kind: 'object' | 'healthcheck'; path: string; key: ObjectKey; mount: Mount }
  | { kind: 'hostless-page'; page: HostlessPage }
  | { kind: 'site-page'; page: SitePage }
  /** Something that is no path. */
  | { kind: 'invalid' }
  /** The empty key of a mount, or no mount. No object is there, and only people who are signed in get that answer. */
  | { kind: 'root' | 'unmounted'; path: string; mount: Mount | undefined }
  /** A name that no object can have. */
  | { kind: 'nothing' }

/**
 * Makes the function that reads paths.
 *
 * @param healthcheckKey the only path that is served without login, at the mount that it has at every host
 */
export function createRouter<Mount extends MountPlace>(
  ownPages: readonly OwnPage[],
  mounts: readonly Mount[],
  healthcheckKey: string | undefined,
): (path: string, host: string) => Target<Mount> {
  const findMount = createMountFinder(mounts)
  const healthcheckMount = healthcheckMountOf(mounts, healthcheckKey)
  const ownTargets = new Map(ownPages.map((page) => [page.path.slice(1), targetOf(page)]))
  // Few sites have the document for programs, and the others keep that key for an object.
  const metadata = ownTargets.get(metadataKey)
  return (encoded, host) => {
    const path = toObjectKey(encoded)
    if (path === undefined) return { kind: 'invalid' }
    // All reserved paths begin like this, and few others do.
    if (path.startsWith('__')) {
      const own = ownTargets.get(path)
      if (own !== undefined) return own
      if (isReservedKey(path)) return { kind: 'nothing' }
    }
    if (metadata !== undefined && path === metadataKey) return metadata
    const mount = findMount(host, path)
    if (mount === undefined) return { kind: path === '' ? 'root' : 'unmounted', path, mount }
    const key = keyBelow(path, mount.path)
    // A request to S3 with an empty key would list the bucket.
    if (key === '') return { kind: 'root', path, mount }
    if (Buffer.byteLength(key) > maxKeyBytes) return { kind: 'nothing' }
    const isHealthcheck = path === healthcheckKey && mount === healthcheckMount
    return { kind: isHealthcheck ? 'healthcheck' : 'object', path, key, mount }
  }
}

/** The word for a target in log, metrics and traces. */
export function routeKindOf(target: Target<MountPlace>): RouteKind {
  return 'page' in target ? target.page.kind : target.kind
}

function targetOf(page: OwnPage): Extract<Target<never>, { page: OwnPage }> {
  return page.needsHost ? { kind: 'site-page', page } : { kind: 'hostless-page', page }
}

const metadataKey = resourceMetadataPath.slice(1)
