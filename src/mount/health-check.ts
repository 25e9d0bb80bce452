import { createMountFinder, type MountPlace } from './find-mount.ts'

/**
 * Finds the mount that the health-check object is in: one at every host, because platforms ask by address.
 *
 * @param path `s3.healthcheckKey`, without its first `/`
 */
export function healthcheckMountOf<Mount extends MountPlace>(
  mounts: readonly Mount[],
  path: string | undefined,
): Mount | undefined {
  if (path === undefined) return undefined
  return createMountFinder(mounts.filter(({ host }) => host === undefined))('', path)
}

/** The key of the health-check object in one of the mounts; `undefined` where it is not in that one. */
export function healthcheckKeyIn<Mount extends MountPlace>(
  mount: Mount,
  mounts: readonly Mount[],
  path: string | undefined,
): string | undefined {
  return mount === healthcheckMountOf(mounts, path) ? path?.slice(mount.path.length - 1) : undefined
}
