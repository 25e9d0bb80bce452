/** Controls, marks that change the direction of text, other invisible ones, and halves of surrogate pairs. */
const unprintable = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu

/**
 * A line of JSON in which nothing is raw that terminals obey, hide or take for the end of a line, such as U+009B or
 * U+202E. It means the same as before.
 */
export function escapeJsonLine(line: string): string {
  // Nearly all lines are plain ASCII, and this is much cheaper to ask than the expression.
  if (Buffer.byteLength(line) === line.length && !line.includes('\x7f')) return line
  return line.replace(unprintable, (character) => (character === '\n' ? character : escapeUnits(character)))
}

/** A text in which nothing moves the cursor or begins another line. */
export function escapeForTerminal(text: string): string {
  return text.replace(unprintable, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`)
}

/** JSON knows no code points above U+FFFF, only the two halves. */
function escapeUnits(character: string): string {
  return character
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('')
}
