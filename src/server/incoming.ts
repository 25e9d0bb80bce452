import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { type ProxyRequest, type RequestHeader, requestHeaders } from '../http/proxy-request.ts'
import type { CancelSignal } from '../waiting/cancellation.ts'

/** A request as a plain value, or the code of what is wrong with it. */
export type Incoming = { requestId: string } & (
  | { kind: 'request'; request: ProxyRequest }
  | { kind: 'invalid'; code: 'HEADER_INVALID' | 'HEADERS_TOO_MANY' | 'TARGET_INVALID' }
)

/** The most lines of headers of a request: browsers send about 20, and routers add a few. */
export const maxHeaders = 100

const wanted = new Set<string>(requestHeaders)
/**
 * Headers that may come in several lines, which are joined to one (RFC 9110 section 5.3), and headers whose repetition
 * makes them invalid and does no harm.
 */
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

/** Reads the target and the wanted headers of a request of node:http, and checks their form. */
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
  // Node dropped the headers beyond the limit, and any header may be among them.
  if (rawHeaders.length > 2 * maxHeaders) return { kind: 'invalid', requestId, code: 'HEADERS_TOO_MANY' }
  const absolute = splitAbsolute(message.url ?? '')
  const target = absolute?.target ?? message.url ?? ''
  const host = (absolute?.host ?? headers.host ?? '').toLowerCase()
  // HTTP/1.1 wants a host header, even where the target names the host (RFC 9112 section 3.2).
  const isHostMissing = headers.host === undefined && message.httpVersionMinor > 0
  // The end of a body in an unknown coding cannot be found (RFC 9112 section 6.3).
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

/** The path of an unchecked target for the log, without query and authority, which may hold passwords. */
export function pathOf(target: string): string {
  const path = splitAbsolute(target)?.target ?? target
  return path.startsWith('/') || path === '*' ? (path.split('?', 1)[0] ?? '') : ''
}

/**
 * The id that a router gave to the request, or a new one. The router of Cloud Foundry always sets
 * `x-vcap-request-id` and logs that id; other routers set `x-request-id`.
 */
export function requestIdOf(headers: Readonly<Record<string, unknown>>): string {
  return safeRequestId(headers['x-vcap-request-id']) ?? safeRequestId(headers['x-request-id']) ?? randomUUID()
}

/** @returns the id where it is safe in headers, pages and the log */
function safeRequestId(given: unknown): string | undefined {
  return typeof given === 'string' && /^[\w.-]{8,128}$/.test(given) ? given : undefined
}

/** Splits a target in absolute form. Its authority takes the place of `host`. @see RFC 9112 section 3.2.2 */
function splitAbsolute(target: string): { host: string; target: string } | undefined {
  if (target.startsWith('/')) return undefined
  const match = /^https?:\/\/([^/?#@]+)([/?].*)?$/is.exec(target)
  if (match === null) return undefined
  const rest = match[2] ?? ''
  return { host: match[1] ?? '', target: rest.startsWith('/') ? rest : `/${rest}` }
}
