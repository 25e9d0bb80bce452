import { createMountFinder, hostsOf, type MountPlace, withoutPort } from './find-mount.ts'

/** A mount with the name of its section. */
export interface NamedPlace extends MountPlace {
  readonly name: string
}

/** A mount that nothing can be read from. */
export interface MisplacedMount {
  name: string
  /** `same-place`: another mount has the same host and path; `hidden`: other mounts take every host that is served. */
  reason: 'same-place' | 'hidden'
  /** Names of the other mounts. */
  by: readonly string[]
}

/**
 * Lists the mounts that can never be reached.
 *
 * @param servedHosts the hosts that the configuration names beside those of mounts; `undefined`: any
 */
export function misplacedMounts(
  places: readonly NamedPlace[],
  servedHosts: readonly string[] | undefined,
): MisplacedMount[] {
  const byPlace = new Map<string, NamedPlace>()
  const misplaced: MisplacedMount[] = []
  for (const place of places) {
    const key = `${place.host ?? ''} ${place.path}`
    const before = byPlace.get(key)
    if (before === undefined) byPlace.set(key, place)
    else misplaced.push({ name: place.name, reason: 'same-place', by: [before.name] })
  }
  if (servedHosts === undefined) return misplaced
  const find = createMountFinder([...byPlace.values()])
  const hosts = [...servedHosts.map(withoutPort), ...hostsOf(places)]
  for (const place of byPlace.values()) {
    if (place.host !== undefined || hosts.length === 0) continue
    const found = hosts.map((host) => find(host.toLowerCase(), place.path.slice(1)))
    if (found.includes(place)) continue
    const by = [...new Set(found.flatMap((other) => other?.name ?? []))]
    misplaced.push({ name: place.name, reason: 'hidden', by })
  }
  return misplaced
}
