/** Makes A to Z lower case. Other letters stay: some of them have an ASCII letter as their lower case. */
export function lowerAscii(text: string): string {
  return /[A-Z]/.test(text) ? text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase()) : text
}
