import { fitsBelow, liesBelow } from '../../access/fits-below.ts'
import type { Pattern } from '../../access/pattern.ts'
import type { Rule } from '../../access/rule.ts'
import type { NamedPlace } from '../../mount/misplaced-mounts.ts'
import type { Values } from '../schema/config-schema.ts'
import { placesOf } from './mount-places.ts'

type MountValues = NonNullable<Values['mounts']>

/** Says which mount of a rule is not there; `undefined` where all of them are. */
export function unknownMountOf({ mount = [] }: Rule, mounts: MountValues): string | undefined {
  const names = Object.keys(mounts)
  const unknown = mount.find((name) => !names.includes(name))
  if (unknown === undefined) return undefined
  const known = names.length === 0 ? 'the configuration has no mounts' : `known are ${names.join(', ')}`
  return `expected mount to name a mount, and not ${JSON.stringify(unknown)}: ${known}`
}

/** Creates the function that says why no path of a rule's mounts fits a pattern; it returns `undefined` where one may. */
export function createMisfits(mounts: MountValues): (rule: Rule, pattern: Pattern) => string | undefined {
  const places = (placesOf(mounts) ?? []).map(
    (place): Place => ({ ...place, folders: place.path.split('/').slice(1, -1) }),
  )
  if (places.length === 0) return () => undefined
  return ({ mount }, pattern) => {
    const isFitting = ({ folders }: Place) => fitsBelow(pattern, folders)
    if (mount === undefined)
      return places.some(isFitting) ? undefined : 'never fits, because no path of any mount is like that'
    const meant = places.filter(({ name }) => mount.includes(name))
    const fitting = meant.filter(isFitting)
    if (meant.length > 0 && fitting.length === 0)
      return `never fits, because no path of ${shown(meant)} is like that`
    const takers = fitting.flatMap((place) => takerOf(place, places, pattern) ?? [])
    if (takers.length < fitting.length || fitting.length === 0) return undefined
    return `fits nothing of ${shown(meant)}, because ${shown(takers)} ${takers.length === 1 ? 'has' : 'have'} what is there`
  }
}

/** A mount with the names that its path consists of. */
interface Place extends NamedPlace {
  readonly folders: readonly string[]
}

/** Finds a mount inside of another one that takes what a pattern fits. */
function takerOf(outer: Place, places: readonly Place[], pattern: Pattern): Place | undefined {
  return places.find(
    ({ host, path, folders }) =>
      host === outer.host &&
      path.length > outer.path.length &&
      path.startsWith(outer.path) &&
      liesBelow(pattern, folders),
  )
}

function shown(places: readonly NamedPlace[]): string {
  return places.map(({ name }) => `mounts.${name}`).join(' and ')
}
