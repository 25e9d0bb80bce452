/**
 * Writes what terminals and line readers obey as `\u{9b}`. A backslash that begins such a form already is written
 * in the same way, and different names stay different.
 */
export function printable(name: string): string {
  return name.replace(
    /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]|\\(?=u\{)/gu,
    (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`,
  )
}
