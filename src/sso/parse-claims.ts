import { S3ProxyError } from '../errors.ts'
import type { Claims } from '../person/person.ts'
import { quoteLargeNumbers } from './quote-large-numbers.ts'

/**
 * Reads what the SSO says of a person. A number that JavaScript would round becomes a text.
 *
 * @param json the answer of the page about the user
 * @throws S3ProxyError `SSO_BAD_ANSWER` when it is no JSON object
 */
export function parseClaims(json: string): Claims {
  const claims = parseObject(json)
  return mayHoldLargeNumber.test(json) ? parseObject(quoteLargeNumbers(json)) : claims
}

/** Matches within texts, too, which quoting leaves alone. */
const mayHoldLargeNumber = /\d{16}|\d[eE]/

function parseObject(json: string): Claims {
  let value: unknown
  try {
    value = JSON.parse(json)
  } catch {
    throw badIdentity('is not JSON')
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw badIdentity('is not a JSON object')
  return value as Claims
}

/** The answer of the page about the user, in messages. */
export const identityAnswer = 'the answer of the SSO to who a token belongs to'

function badIdentity(what: string): S3ProxyError {
  return new S3ProxyError('SSO_BAD_ANSWER', `${identityAnswer} ${what} (sso.url)`)
}
