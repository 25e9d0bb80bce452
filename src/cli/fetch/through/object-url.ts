import { isLoopback } from '../../../http/loopback.ts'
import { UsageError } from '../../command/usage-error.ts'

/** The address of an object at a proxy. */
export interface ObjectUrl {
  /** Scheme, host and port. */
  origin: string
  /** Path and query as they are sent, byte for byte. */
  path: string
}

/**
 * Parses the address of an object. The path is not normalised, because `a/../b` and `//` may be parts of a key. Characters
 * that no address has, as they are in one that was typed, are percent-encoded. A fragment is for browsers, and left out.
 *
 * @throws UsageError
 */
export function parseObjectUrl(text: string): ObjectUrl {
  const match = /^(https?:\/\/[^/?#\\]*)([^#]*)/i.exec(text)
  const [, start = '', rest = ''] = match ?? []
  if (!URL.canParse(start) || !text.isWellFormed())
    throw new UsageError(
      'URL: expected the address of an object, such as https://assets.example.com/reports/a.pdf',
    )
  const { origin, protocol, hostname, username, password } = new URL(start)
  if (username !== '' || password !== '') throw new UsageError('URL: it must not have a name or a password')
  if (protocol === 'http:' && !isLoopback(hostname))
    throw new UsageError('URL: expected https, because a token would cross the network in the clear')
  const path = rest.replace(/[^\x21-\x7e]|["<>^`{|}]/gu, (character) => encodeURIComponent(character))
  return { origin, path: path.startsWith('/') ? path : `/${path}` }
}
