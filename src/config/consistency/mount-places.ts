import type { NamedPlace } from '../../mount/misplaced-mounts.ts'
import type { Values } from '../schema/config-schema.ts'

/** Lists the places of all mounts. @returns `undefined` where one has a wrong path: it may be the one that is looked for */
export function placesOf(mounts: NonNullable<Values['mounts']>): NamedPlace[] | undefined {
  const entries = Object.entries(mounts)
  const places = entries.flatMap(([name, { path, host }]) =>
    path === undefined ? [] : [{ name, path, host }],
  )
  return places.length < entries.length ? undefined : places
}
