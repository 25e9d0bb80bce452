import { serialize } from 'cookie'

export interface CookieSettings {
  name: string
  sameSite: 'lax' | 'none'
}

/** The name of a cookie in browsers, which ties it to exactly this host where that is possible. */
export function cookieNameFor(name: string, isSecure: boolean): string {
  return isSecure ? `__Host-${name}` : name
}

/**
 * Every value of a cookie, in the order of the header. A page of a neighbouring host may have set another cookie of
 * the same name, which must not keep ours from being found.
 *
 * @returns at most 4, as they stand in the header; the caller checks their form
 * @see RFC 6265 section 5.4
 */
export function readCookies(header: string | undefined, name: string): string[] {
  const values: string[] = []
  if (header === undefined) return values
  // Most headers name the cookie nowhere, or once.
  for (let at = header.indexOf(name); at !== -1; at = header.indexOf(name, at + 1)) {
    if (!isNameAt(header, at, name.length)) continue
    const end = header.indexOf(';', at)
    const value = header.slice(at + name.length + 1, end === -1 ? undefined : end).trim()
    if (!values.includes(value)) values.push(value)
    if (values.length === 4) break
  }
  return values
}

/** Whether a whole name stands at `start`: after the start of the header or a `;`, and before a `=`. */
function isNameAt(header: string, start: number, length: number): boolean {
  if (header[start + length] !== '=') return false
  let before = start - 1
  while (header[before] === ' ' || header[before] === '\t') before--
  return before < 0 || header[before] === ';'
}

/** The value of a `set-cookie` header. @param maxAgeSeconds 0 removes the cookie */
export function writeCookie(
  settings: CookieSettings,
  value: string,
  maxAgeSeconds: number,
  isSecure: boolean,
): string {
  return serialize(cookieNameFor(settings.name, isSecure), value, {
    httpOnly: true,
    path: '/',
    maxAge: maxAgeSeconds,
    sameSite: isSecure ? settings.sameSite : 'lax',
    secure: isSecure,
  })
}
