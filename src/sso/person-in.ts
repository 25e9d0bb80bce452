import { S3ProxyError } from '../errors.ts'
import { quoteLargeNumbers } from './large-numbers.ts'

/** The claims that name a user in the SSOs that are known; the first that is there counts. */
const knownClaims = ['user_id', 'sub', 'id', 'email', 'username'] as const
const maxCharacters = 256

/**
 * Who the SSO's answer is about.
 *
 * @param json the answer
 * @param userClaim what names the user, instead of the claims that are known
 * @returns a name for log and audit, or `undefined` where no claim names anybody
 * @throws S3ProxyError `SSO_BAD_ANSWER` when it is no JSON object
 */
export function personIn(json: string, userClaim: string | undefined): string | undefined {
  let claims = parseObject(json)
  for (const name of userClaim === undefined ? knownClaims : [userClaim]) {
    let value = claims[name]
    if (typeof value === 'number' && !Number.isSafeInteger(value)) {
      claims = parseObject(quoteLargeNumbers(json))
      value = claims[name]
    }
    if (typeof value === 'number' || (typeof value === 'string' && value !== ''))
      return printable(String(value).slice(0, maxCharacters))
  }
  return undefined
}

function parseObject(json: string): Record<string, unknown> {
  let value: unknown
  try {
    value = JSON.parse(json)
  } catch {
    throw badIdentity('is not JSON')
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw badIdentity('is not a JSON object')
  return value as Record<string, unknown>
}

/** @param what completes the sentence: `is not JSON` */
export function badIdentity(what: string): S3ProxyError {
  return new S3ProxyError(
    'SSO_BAD_ANSWER',
    `the answer of the SSO to who a token belongs to ${what} (sso.url)`,
  )
}

/**
 * Writes what terminals and line readers obey as `\u{9b}`. A backslash that begins such a form already is written
 * so, too: different names stay different.
 */
function printable(name: string): string {
  return name.replace(
    /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]|\\(?=u\{)/gu,
    (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`,
  )
}
