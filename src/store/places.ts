/** The wish of one holder for places at a key. */
export interface PlacesWish {
  /** A text that no other holder has. */
  readonly holder: string
  /** Number of places in use, which the holder keeps also above the limit. */
  readonly used: number
  /** Number of places that it would like to have, at least `used`. The ones that it does not want are given back. */
  readonly wanted: number
  readonly limit: number
  /** Whether other holders hear of this one although it has no place. */
  readonly isPresent: boolean
}

/** The places of a holder after its wish, and what others have. */
export interface Places {
  readonly held: number
  readonly byOthers: number
  /** Number of other holders, with and without places. */
  readonly otherHolders: number
}

/**
 * Divides the places at a key. A member is a holder, a colon and the number of a place; the place 0 only says that the
 * holder is present.
 *
 * @param members those whose time is not over
 * @returns with the members that this holder keeps from now on, and those that it gives back
 */
export function dividePlaces(
  members: Iterable<string>,
  { holder, used, wanted, limit, isPresent }: PlacesWish,
): { places: Places; kept: string[]; dropped: string[] } {
  const own: string[] = []
  const others = new Set<string>()
  let byOthers = 0
  for (const member of members) {
    const colon = member.lastIndexOf(':')
    const by = member.slice(0, colon)
    if (by === holder) own.push(member)
    else {
      others.add(by)
      if (member.slice(colon + 1) !== '0') byOthers++
    }
  }
  const held = Math.max(used, Math.min(wanted, limit - byOthers))
  const count = held > 0 || isPresent ? held + 1 : 0
  const kept = Array.from({ length: count }, (_, place) => `${holder}:${place}`)
  const dropped = own.filter((member) => !kept.includes(member))
  return { places: { held, byOthers, otherHolders: others.size }, kept, dropped }
}
