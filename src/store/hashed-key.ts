import { hash } from 'node:crypto'

/**
 * Makes the key of something that words name, of which a store may see none.
 *
 * @param kind what stands at the key
 * @returns the kind, and the SHA-256 of all words together in base64url
 */
export function hashedKey(kind: string, words: readonly string[]): string {
  return `${kind}:${hash('sha256', JSON.stringify(words), 'base64url')}`
}
