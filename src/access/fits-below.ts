import type { Pattern, Segment } from './pattern.ts'
import { createPatternTree } from './pattern-tree.ts'

/**
 * Tells whether a pattern fits any path below a folder. It may say yes where a part that is the person's own decides.
 *
 * @param names those of the folder and the ones that it is in, from the host on
 */
export function fitsBelow(pattern: Pattern, names: readonly string[]): boolean {
  // Most patterns begin with literal names that differ from those of the folder, and a tree costs more than this.
  const other = names.findIndex((name, index) => !isLiteral(pattern.segments[index], name))
  if (pattern.segments[other]?.kind === 'literal') return false
  const tree = createPatternTree<undefined>()
  tree.add(pattern, undefined)
  let places = tree.start()
  for (const name of names) places = tree.step(places, name, () => name)
  return places.some(
    ({ isRest, literals, wildcards, placeholders }) =>
      isRest || literals !== undefined || wildcards.length > 0 || placeholders.length > 0,
  )
}

/** Tells whether a pattern fits only paths below a folder, and perhaps the folder without its last `/`. */
export function liesBelow({ segments }: Pattern, names: readonly string[]): boolean {
  return segments.length > names.length && names.every((name, index) => isLiteral(segments[index], name))
}

function isLiteral(segment: Segment | undefined, name: string): boolean {
  return segment?.kind === 'literal' && segment.text === name
}
