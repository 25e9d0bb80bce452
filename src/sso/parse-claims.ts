import { S3ProxyError } from '../errors.ts'
import { isJsonObject } from '../http/json-object.ts'
import type { Claims } from '../person/person.ts'
import { quoteLargeNumbers } from './quote-large-numbers.ts'

/**
 * Reads what the SSO says of a person. A number that JavaScript would round becomes a text.
 *
 * @param json the answer of the page about the user
 * @param option the option to look at, for messages
 * @throws S3ProxyError `SSO_BAD_ANSWER` when it is no JSON object
 */
export function parseClaims(json: string, option = 'sso.url'): Claims {
  const claims = parseObject(json, option)
  return mayHoldLargeNumber.test(json) ? parseObject(quoteLargeNumbers(json), option) : claims
}

/** Matches within texts, too, which quoting leaves alone. */
const mayHoldLargeNumber = /\d{16}|\d[eE]/

function parseObject(json: string, option: string): Claims {
  let value: unknown
  try {
    value = JSON.parse(json)
  } catch {
    throw badIdentity('is not JSON', option)
  }
  if (!isJsonObject(value)) throw badIdentity('is not a JSON object', option)
  return value
}

/** The answer of the page about the user, in messages. */
export const identityAnswer = 'the answer of the SSO to who a token belongs to'

function badIdentity(what: string, option: string): S3ProxyError {
  return new S3ProxyError('SSO_BAD_ANSWER', `${identityAnswer} ${what} (${option})`)
}
