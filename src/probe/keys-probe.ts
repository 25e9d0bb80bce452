import { isJsonObject, jsonObjectIn } from '../http/json-object.ts'
import type { SsoAnswer } from './ask-sso.ts'
import { type Finding, ProbeFailure } from './probe.ts'

/**
 * Judges the key set of an issuer: its tokens can be verified where it has a key that signs.
 *
 * @param option the option that has the issuer identifier
 * @see RFC 7517 section 5
 */
export function judgeKeySet(
  { status, text }: Pick<SsoAnswer, 'status' | 'text'>,
  option: 'sso.issuer' | 'bearer.issuer',
): Finding {
  const wrong = (what: string) =>
    new ProbeFailure(what, `check ${option}: its discovery document names this address`, 'SSO_BAD_ANSWER')
  if (status !== 200) throw wrong(`the key set was answered with ${status}`)
  const keys = keysIn(text)
  if (keys === undefined) throw wrong('the answer is no key set (RFC 7517)')
  const signing = keys.filter(({ kty, use }) => (use ?? 'sig') === 'sig' && signingTypes.has(String(kty)))
  if (signing.length === 0) throw wrong('the key set has no public key that signs')
  const count = signing.length === 1 ? '1 key signs' : `${signing.length} keys sign`
  return { message: `${count}: ${signing.map(nameOf).join(', ')}` }
}

const signingTypes: ReadonlySet<string> = new Set(['RSA', 'EC', 'OKP'])

type Key = Readonly<Record<string, unknown>>

function keysIn(text: string): readonly Key[] | undefined {
  const keys = jsonObjectIn(text)?.keys
  return Array.isArray(keys) ? keys.filter(isJsonObject) : undefined
}

/** The algorithm of a key, or its type where it has none. */
function nameOf({ alg, kty }: Key): string {
  return typeof alg === 'string' && /^[A-Za-z0-9]{1,20}$/.test(alg) ? alg : String(kty)
}
