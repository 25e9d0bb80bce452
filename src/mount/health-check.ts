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
