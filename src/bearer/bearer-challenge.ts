import { resourceMetadataPath } from '../http/own-paths.ts'
import type { Site } from '../http/site.ts'

/** An error of a bearer token. @see RFC 6750 section 3.1 */
export interface BearerError {
  error: 'invalid_request' | 'invalid_token' | 'insufficient_scope'
  /** A text in ASCII. Quotes and backslashes are left out. */
  description?: string
}

/**
 * Makes the value of `www-authenticate` that asks for a bearer token, or says what is wrong with one.
 *
 * @param scopes those that a token must have
 * @see RFC 6750 section 3, RFC 9728 section 5.1
 */
export function bearerChallenge(site: Site, scopes: readonly string[], problem?: BearerError): string {
  const parameters = ['realm="s3proxy"']
  if (problem !== undefined) parameters.push(`error="${problem.error}"`)
  if (problem?.description !== undefined)
    parameters.push(`error_description="${problem.description.replace(/[^\x20-\x7e]|["\\]/g, '')}"`)
  if (scopes.length > 0) parameters.push(`scope="${scopes.join(' ')}"`)
  parameters.push(`resource_metadata="${site.origin}${resourceMetadataPath}"`)
  return `Bearer ${parameters.join(', ')}`
}
