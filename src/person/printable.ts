/**
 * Escapes characters that terminals and line readers obey, as in `\u{9b}`. A backslash that begins such an escape already
 * is escaped too, so that different names stay different.
 */
export function printable(name: string): string {
  return name.replace(
    /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]|\\(?=u\{)/gu,
    (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`,
  )
}
