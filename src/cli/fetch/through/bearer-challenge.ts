import type { Challenge } from '../token/token-source.ts'

/** A parameter with its value in quotes or without, or the name of a scheme. */
const item = /([\w-]+)[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))|([\w-]+)/g

/**
 * Reads the challenge of the scheme `Bearer` in a `www-authenticate`, which may hold those of other schemes, too.
 *
 * @returns `undefined` where there is none
 * @see RFC 9110 section 11.6.1, RFC 6750 section 3, RFC 9728 section 5.1
 */
export function readBearerChallenge(header: string | undefined): Challenge | undefined {
  let scheme = ''
  let challenge: Challenge | undefined
  for (const [, name = '', quoted, plain, word] of (header ?? '').matchAll(item)) {
    if (word !== undefined) {
      scheme = word.toLowerCase()
      if (scheme === 'bearer') challenge ??= { resourceMetadata: undefined, error: undefined }
    } else if (scheme === 'bearer' && challenge !== undefined) {
      const value = quoted?.replace(/\\(.)/g, '$1') ?? plain
      if (name.toLowerCase() === 'resource_metadata') challenge.resourceMetadata ??= value
      if (name.toLowerCase() === 'error' && /^\w{1,60}$/.test(value ?? '')) challenge.error ??= value
      if (name.toLowerCase() === 'error_description' && isDescription(value)) challenge.description ??= value
    }
  }
  return challenge
}

/** @see RFC 6750 section 3, which has these characters */
function isDescription(value: string | undefined): value is string {
  return value !== undefined && /^[ !#-[\]-~]{1,200}$/.test(value)
}
