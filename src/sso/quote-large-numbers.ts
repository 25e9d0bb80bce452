/**
 * Puts quotes around the numbers of a JSON text that JavaScript would round: from 2^53 on, two ids that differ in
 * their last digit become the same number.
 *
 * @param json a text that `JSON.parse` takes; the result is one, too
 */
export function quoteLargeNumbers(json: string): string {
  return json.replace(stringOrNumber, (token) =>
    token.startsWith('"') || Math.abs(Number(token)) <= Number.MAX_SAFE_INTEGER ? token : `"${token}"`,
  )
}

/** Matches strings as a whole, which leaves the digits within them alone. @see RFC 8259 sections 6 and 7 */
const stringOrNumber = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g
