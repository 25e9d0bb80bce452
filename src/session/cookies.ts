import { parse, serialize } from 'cookie'

export interface CookieSettings {
  name: string
  sameSite: 'lax' | 'none'
}

/** The name that a cookie has in browsers: tied to exactly this host where that is possible. */
export function cookieNameFor(name: string, isSecure: boolean): string {
  return isSecure ? `__Host-${name}` : name
}

/** @returns the value of a cookie; `undefined` when it is missing or the header is malformed */
export function readCookie(header: string | undefined, name: string): string | undefined {
  return header === undefined ? undefined : parse(header)[name]
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
