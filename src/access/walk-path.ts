import type { PatternTree, Place, SegmentFor } from './pattern-tree.ts'

/**
 * Finds the places that a path comes to.
 *
 * @param path without its first `/`
 * @returns a list that is used again by the next walk but one
 */
export function walkPath<End>(
  tree: PatternTree<End>,
  path: string,
  segmentFor: SegmentFor,
): readonly Place<End>[] {
  let places = tree.start()
  let from = 0
  for (let slash = path.indexOf('/'); slash !== -1 && places.length > 0; slash = path.indexOf('/', from)) {
    places = tree.step(places, path.slice(from, slash), segmentFor)
    from = slash + 1
  }
  return places.length === 0 ? places : tree.step(places, path.slice(from), segmentFor)
}
