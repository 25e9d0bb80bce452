import { S3ProxyError } from '../errors.ts'
import { noStore } from './error-reply.ts'
import type { Reply } from './reply.ts'

/** A redirect after a form, which makes every browser go on with GET (RFC 9110 section 15.4.4). @see redirect */
export function redirectAfterForm(location: string, ...setCookies: string[]): Reply {
  return { ...redirect(location, ...setCookies), status: 303 }
}

/** A redirect that no cache keeps. @param location absolute, so that a path such as `//host` stays a path */
export function redirect(location: string, ...setCookies: string[]): Reply {
  if (!/^https?:\/\//.test(location)) throw new S3ProxyError('INTERNAL', 'a redirect without an origin')
  const headers = ['location', location, ...noStore]
  for (const cookie of setCookies) headers.push('set-cookie', cookie)
  return { status: 302, headers, body: '' }
}
