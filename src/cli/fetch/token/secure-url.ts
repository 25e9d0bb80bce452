import { isLoopback } from '../../../http/loopback.ts'

/**
 * Parses an address of a web page or a server: `https`, or `http` of this machine where that is allowed.
 *
 * @returns `undefined` for any other text
 */
export function parseSecureUrl(text: unknown, allowsLoopback: boolean): URL | undefined {
  // The parser drops line ends, which a text for a terminal must not have.
  if (typeof text !== 'string' || !/^[!-~]+$/.test(text) || !URL.canParse(text)) return undefined
  const url = new URL(text)
  const isSecure =
    url.protocol === 'https:' || (allowsLoopback && url.protocol === 'http:' && isLoopback(url.hostname))
  return isSecure && url.username === '' && url.password === '' ? url : undefined
}
