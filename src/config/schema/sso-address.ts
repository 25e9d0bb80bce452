import { isAbsoluteUrl } from '../../http/absolute-url.ts'
import { withoutTrailingDot } from './trailing-dot.ts'
import { z } from './zod.ts'

/**
 * The address of a page of the SSO: a URL, or a path below `sso.url`. The message says what is wrong with it, and never
 * repeats what was given.
 *
 * @param mayHaveQuery whether the SSO may be given a query of the operator's own there
 */
export function ssoAddress(mayHaveQuery: boolean) {
  return z
    .string(expected)
    .superRefine((address, context) => {
      const problem = problemOf(address, mayHaveQuery)
      if (problem !== undefined) context.addIssue(problem)
    })
    .overwrite((address) => (isAbsoluteUrl(address) ? withoutTrailingDot(address) : address))
}

const expected =
  'expected a URL in ASCII without user, such as https://sso.example.com/oauth/token, or a path below sso.url, such as oauth/token'

function problemOf(address: string, mayHaveQuery: boolean): string | undefined {
  const isAbsolute = isAbsoluteUrl(address)
  if (!/^[!-~]+$/.test(address) || address.includes('\\')) return expected
  if (!isAbsolute && /^[a-z][a-z\d+.-]*:/i.test(address)) return expected
  if (isAbsolute && !(/^https?:\/\/[^/?#@]+(?:[/?#]|$)/i.test(address) && URL.canParse(address)))
    return expected
  if (address.includes('#')) return 'expected an address without a fragment: leave out what begins with #'
  if (!mayHaveQuery && address.includes('?'))
    return 'expected an address without a query: leave out what begins with ?'
  return isAbsolute ? undefined : problemOfPath(address)
}

/** A path that begins with a slash would leave the path that `sso.url` may have. */
function problemOfPath(address: string): string | undefined {
  if (address.startsWith('/'))
    return 'expected a path below sso.url, which begins without a slash, or a whole URL'
  const [path = ''] = address.split('?')
  const isDots = (segment: string) => /^(?:\.|%2e){1,2}$/i.test(segment)
  return path.split('/').some(isDots)
    ? 'expected a path below sso.url, without segments `.` and `..`'
    : undefined
}
