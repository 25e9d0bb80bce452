import type { Pattern } from './pattern.ts'
import { createPatternTree } from './pattern-tree.ts'

/**
 * Tells whether a pattern fits any path below a folder. It may say yes where a part that is the person's own decides.
 *
 * @param folder begins and ends with `/`
 */
export function fitsBelow(pattern: Pattern, folder: string): boolean {
  const names = namesOf(folder)
  const [first] = pattern.segments
  // Most patterns and folders differ in their first name, and a tree costs more than this.
  if (first?.kind === 'literal' && names.length > 0 && first.text !== names[0]) return false
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
export function liesBelow({ segments }: Pattern, folder: string): boolean {
  const names = namesOf(folder)
  return (
    segments.length > names.length &&
    names.every((name, index) => {
      const segment = segments[index]
      return segment?.kind === 'literal' && segment.text === name
    })
  )
}

function namesOf(folder: string): string[] {
  return folder.split('/').slice(1, -1)
}
