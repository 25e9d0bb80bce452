import type { Random } from '../helpers/random.ts'

/** Spells a target in another way that names the same key: more characters are percent-encoded, in both cases. */
export function respell(target: string, random: Random): string {
  if (random.chance(0.4)) return target
  const share = random.pick([0.1, 0.5, 1])
  return target.replaceAll(/%[0-9A-F]{2}|(?<!^)[A-Za-z0-9/.]/gi, (character) => {
    if (character.startsWith('%')) return random.chance(0.5) ? character.toLowerCase() : character
    if (!random.chance(share)) return character
    const hex = character.charCodeAt(0).toString(16)
    return `%${random.chance(0.5) ? hex.toUpperCase() : hex}`
  })
}
