/** Control characters, marks of text direction, other invisible characters, and halves of surrogate pairs. */
const unprintable = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu

/**
 * Escapes the characters of a line of JSON that terminals obey, hide or take for the end of a line, such as U+009B or
 * U+202E. The JSON value stays the same.
 */
export function escapeJsonLine(line: string): string {
  // Nearly all lines are plain ASCII. This check is much cheaper than the expression.
  if (Buffer.byteLength(line) === line.length && !line.includes('\x7f')) return line
  return line.replace(unprintable, (character) => (character === '\n' ? character : escapeUnits(character)))
}

/** Escapes a text so that no character of it moves the cursor or begins another line. */
export function escapeForTerminal(text: string): string {
  return text.replace(unprintable, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`)
}

/** Escapes each UTF-16 unit by itself: JSON has no escape for a code point above U+FFFF. */
function escapeUnits(character: string): string {
  return character
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('')
}
