import { networkReason, S3ProxyError } from '../errors.ts'
import { jsonObjectIn } from './json-object.ts'
import { parseRetryAfter } from './retry-after.ts'

/** A request to a server that may be slow, or send too much. */
export interface BoundedRequest {
  url: string
  method?: 'GET' | 'POST'
  headers?: Readonly<Record<string, string>>
  /** The fields of a form, encoded. */
  body?: string | undefined
}

export interface FetchBounds {
  /** The subject of messages, as in `the discovery document of the SSO`. */
  what: string
  /** The option to look at, as in `sso.issuer`. */
  option: string
  timeoutMs: number
  /** Default: 1 MiB. */
  maxAnswerBytes?: number
  userAgent: string
  /** Tells which answers are read by their status. The text of the others is empty. Default: all. */
  isRead?(status: number): boolean
}

/** The most bytes of an answer of the SSO, unless a page has a reason for another number. */
export const usualMaxAnswerBytes = 1024 * 1024

/** An answer that was read to its end. */
export interface BoundedAnswer {
  status: number
  headers: Headers
  text: string
}

/**
 * Asks a server within one time for head and body. Redirects are not followed, because secrets would go with them.
 *
 * @throws S3ProxyError `SSO_TIMEOUT`, `SSO_UNAVAILABLE`, and `SSO_BAD_ANSWER` for an answer that is too large
 */
export async function boundedFetch(request: BoundedRequest, bounds: FetchBounds): Promise<BoundedAnswer> {
  const { what, option, timeoutMs } = bounds
  const signal = AbortSignal.timeout(timeoutMs)
  try {
    const response = await askTwice(request, bounds.userAgent, signal)
    const { status, headers } = response
    if (bounds.isRead?.(status) !== false) return { status, headers, text: await readText(response, bounds) }
    await response.body?.cancel()
    return { status, headers, text: '' }
  } catch (error) {
    if (error instanceof S3ProxyError) throw error
    const cause = (error as { cause?: unknown }).cause ?? error
    if (signal.aborted || isTimeout(cause))
      throw new S3ProxyError('SSO_TIMEOUT', `${what} did not come within ${timeoutMs} ms (${option})`)
    throw new S3ProxyError('SSO_UNAVAILABLE', `${what} cannot be had (${option}): ${networkReason(cause)}`, {
      cause: error,
    })
  }
}

/** An answer in JSON. */
export interface JsonAnswer {
  status: number
  text: string
  /** `undefined` where the answer is no JSON object. */
  object: Readonly<Record<string, unknown>> | undefined
  retryAfterSeconds: number | undefined
}

/** Asks a server for a JSON object, whatever the answer's content-type says. @see boundedFetch */
export async function fetchJson(
  request: BoundedRequest,
  bounds: FetchBounds & { now(): number },
): Promise<JsonAnswer> {
  const headers = { accept: 'application/json', ...request.headers }
  const answer = await boundedFetch({ ...request, headers }, bounds)
  const { status, text } = answer
  return {
    ...{ status, text },
    object: jsonObjectIn(text),
    retryAfterSeconds: parseRetryAfter(answer.headers.get('retry-after') ?? undefined, bounds.now()),
  }
}

/** Asks once more when the connection broke before the head: a kept one may have been closed just then. */
async function askTwice(request: BoundedRequest, userAgent: string, signal: AbortSignal): Promise<Response> {
  const { url, method = 'GET', body = null } = request
  const headers = { ...request.headers, 'user-agent': userAgent }
  const ask = () => fetch(url, { method, headers, body, redirect: 'manual', signal })
  try {
    return await ask()
  } catch (error) {
    const { code } = ((error as { cause?: unknown }).cause ?? {}) as { code?: string }
    const isRepeatable = method === 'GET'
    if (!isRepeatable || (code !== 'UND_ERR_SOCKET' && code !== 'ECONNRESET' && code !== 'EPIPE')) throw error
    return ask()
  }
}

/** Whether a timer of the client has ended the call. Those are shorter than a long timeout of an option. */
function isTimeout(cause: unknown): boolean {
  return /^(?:ETIMEDOUT|UND_ERR_\w+_TIMEOUT)$/.test((cause as { code?: string } | undefined)?.code ?? '')
}

async function readText(response: Response, bounds: FetchBounds): Promise<string> {
  const { what, option, maxAnswerBytes = usualMaxAnswerBytes } = bounds
  const pieces: Uint8Array[] = []
  let sizeBytes = 0
  for await (const piece of response.body ?? []) {
    sizeBytes += piece.byteLength
    if (sizeBytes > maxAnswerBytes)
      throw new S3ProxyError('SSO_BAD_ANSWER', `${what} is larger than ${maxAnswerBytes} bytes (${option})`)
    pieces.push(piece)
  }
  // The decoder drops the byte order mark that some servers send.
  return new TextDecoder().decode(Buffer.concat(pieces))
}
