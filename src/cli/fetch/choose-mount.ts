import { UsageError } from '../command/usage-error.ts'

/**
 * Chooses the mount to fetch from.
 *
 * @param name value of `--mount`; a single mount needs no name
 * @throws UsageError with the names of all mounts
 */
export function chooseMount<Mount extends { readonly name: string | undefined }>(
  mounts: readonly Mount[],
  name: string | undefined,
): Mount {
  const names = mounts.flatMap((mount) => mount.name ?? [])
  const [first, second] = mounts
  if (name === undefined && first !== undefined && second === undefined) return first
  const chosen = name === undefined ? undefined : mounts.find((mount) => mount.name === name)
  if (chosen !== undefined) return chosen
  if (names.length === 0) throw new UsageError('--mount: the configuration has no mounts')
  throw new UsageError(`expected --mount with the name of a mount: ${names.join(', ')}`)
}
