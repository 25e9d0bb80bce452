import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { type ProxyRequest, type RequestHeader, requestHeaders } from '../http/proxy-request.ts'
import type { CancelSignal } from '../waiting/cancellation.ts'

/** A request as a plain value, or why it is none. */
export type Incoming = { requestId: string } & (
  | { kind: 'request'; request: ProxyRequest }
  | { kind: 'invalid'; code: 'HEADER_INVALID' | 'HEADERS_TOO_MANY' | 'TARGET_INVALID' }
)

/** Lines of headers that a request may have: browsers send about 20, and routers add a few. */
export const maxHeaders = 100

const wanted = new Set<string>(requestHeaders)
/** Lists, of which several lines are one (RFC 9110 section 5.3), and what is of no use when it came twice. */
const lists = new Map([
  ['accept', ', '],
  ['authorization', ', '],
  ['cookie', '; '],
  ['if-match', ', '],
  ['if-modified-since', ', '],
  ['if-none-match', ', '],
  ['if-unmodified-since', ', '],
  ['traceparent', ', '],
  ['x-forwarded-proto', ', '],
  ['x-request-id', ', '],
  ['x-vcap-request-id', ', '],
  ['x-requested-with', ', '],
])
const hostShape = /^(?:[a-z0-9._~-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?$/

/** Reads the target and the wanted headers off a request of node:http. */
export function readIncoming(message: IncomingMessage, signal: CancelSignal): Incoming {
  const headers: { [name in RequestHeader]?: string } = {}
  let isRepeated = false
  const { rawHeaders } = message
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = (rawHeaders[index] as string).toLowerCase() as RequestHeader
    if (!wanted.has(name)) continue
    const before = headers[name]
    const value = rawHeaders[index + 1] as string
    if (before === undefined) headers[name] = value
    else if (lists.has(name)) headers[name] = before + lists.get(name) + value
    else isRepeated = true
  }

  const requestId = requestIdOf(headers)
  // Among those that Node left out may be any.
  if (rawHeaders.length > 2 * maxHeaders) return { kind: 'invalid', requestId, code: 'HEADERS_TOO_MANY' }
  const absolute = splitAbsolute(message.url ?? '')
  const target = absolute?.target ?? message.url ?? ''
  const host = (absolute?.host ?? headers.host ?? '').toLowerCase()
  // RFC 9112 section 3.2: HTTP/1.1 has a host header, even where the target names the host.
  const isHostMissing = headers.host === undefined && message.httpVersionMinor > 0
  // Of a body in a coding that is not known, nobody can tell where it ends (RFC 9112 section 6.3).
  const coding = message.headers['transfer-encoding']
  const isBodyEndless = coding !== undefined && coding.toLowerCase() !== 'chunked'
  if (isRepeated || isHostMissing || isBodyEndless || (host !== '' && !hostShape.test(host)))
    return { kind: 'invalid', requestId, code: 'HEADER_INVALID' }
  const isServerWide = target === '*' && message.method === 'OPTIONS'
  if (!target.startsWith('/') && !isServerWide) return { kind: 'invalid', requestId, code: 'TARGET_INVALID' }

  const question = target.indexOf('?')
  return {
    kind: 'request',
    requestId,
    request: {
      method: message.method ?? '',
      path: question === -1 ? target : target.slice(0, question),
      query: question === -1 ? '' : target.slice(question),
      host,
      header: (name) => headers[name],
      signal,
    },
  }
}

/** The path of a target that nobody has looked at yet, without what may hold a password: query and authority. */
export function pathOf(target: string): string {
  const path = splitAbsolute(target)?.target ?? target
  return path.startsWith('/') || path === '*' ? (path.split('?', 1)[0] ?? '') : ''
}

/**
 * The id that a router gave, else one of our own. The router of Cloud Foundry sets a header of its own whatever the
 * client sends, and logs that id; every other one has `x-request-id`.
 */
export function requestIdOf(headers: Readonly<Record<string, unknown>>): string {
  return safeRequestId(headers['x-vcap-request-id']) ?? safeRequestId(headers['x-request-id']) ?? randomUUID()
}

/** @returns the id where it can be repeated in headers, pages and the log */
function safeRequestId(given: unknown): string | undefined {
  return typeof given === 'string' && /^[\w.-]{8,128}$/.test(given) ? given : undefined
}

/** The absolute form, whose authority counts and not the `host` header. @see RFC 9112 section 3.2.2 */
function splitAbsolute(target: string): { host: string; target: string } | undefined {
  if (target.startsWith('/')) return undefined
  const match = /^https?:\/\/([^/?#@]+)([/?].*)?$/is.exec(target)
  if (match === null) return undefined
  const rest = match[2] ?? ''
  return { host: match[1] ?? '', target: rest.startsWith('/') ? rest : `/${rest}` }
}
