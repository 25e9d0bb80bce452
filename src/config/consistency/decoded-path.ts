/** Tells whether a decoded path looks as if it were percent-encoded. */
export function looksEncoded(path: string): boolean {
  return /%[0-9A-Fa-f]{2}/.test(path)
}

/** The end of a warning about such a path. */
export const comparedDecoded =
  'is compared with the decoded path, in which %20 is a space: write the characters themselves'
