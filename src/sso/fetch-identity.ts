import { networkReason, S3ProxyError } from '../errors.ts'
import { parseRetryAfter } from '../http/retry-after.ts'
import { type ClaimPlaces, personFromClaims } from '../person/person-from-claims.ts'
import { badIdentity, parseClaims } from './parse-claims.ts'
import type { Identified } from './sso-calls.ts'

export interface IdentityOptions extends ClaimPlaces {
  timeoutMs: number
  maxAnswerBytes: number
  userAgent: string
  /** Called when an answer has no claim that names anybody. */
  onUnnamed(): void
  now(): number
}

/**
 * Asks the SSO's page about the user. Redirects are not followed, because the token would go with them.
 *
 * @throws S3ProxyError `SSO_UNAVAILABLE`, `SSO_BUSY`, `SSO_BAD_ANSWER`, `SSO_TIMEOUT`
 */
export async function fetchIdentity(
  url: string,
  accessToken: string,
  options: IdentityOptions,
): Promise<Identified> {
  // A token that no header takes was given by no SSO, and fetch would quote it in its error.
  if (!/^[\x21-\x7e]+$/.test(accessToken)) return { kind: 'rejected' }
  const signal = AbortSignal.timeout(options.timeoutMs)
  try {
    const response = await askTwice(url, accessToken, options.userAgent, signal)
    if (response.status !== 200) {
      await response.body?.cancel()
      if (response.status === 401 || response.status === 403) return { kind: 'rejected' }
      throw statusError(response, options.now())
    }
    const claims = parseClaims(await readText(response, options.maxAnswerBytes))
    const person = personFromClaims(claims, options)
    if (person.id === undefined) options.onUnnamed()
    return { kind: 'known', person }
  } catch (error) {
    if (error instanceof S3ProxyError) throw error
    const cause = (error as { cause?: unknown }).cause ?? error
    if (signal.aborted || isTimeout(cause)) {
      throw new S3ProxyError(
        'SSO_TIMEOUT',
        `the SSO did not say within ${options.timeoutMs} ms who a token belongs to`,
      )
    }
    throw new S3ProxyError(
      'SSO_UNAVAILABLE',
      `the SSO cannot be asked who a token belongs to: ${networkReason(cause)}`,
      { cause: error },
    )
  }
}

/** Asks once more when the connection broke before the head: a kept one may have been closed just then. */
async function askTwice(
  url: string,
  accessToken: string,
  userAgent: string,
  signal: AbortSignal,
): Promise<Response> {
  const headers = {
    authorization: `Bearer ${accessToken}`,
    accept: 'application/json',
    'user-agent': userAgent,
  }
  const ask = () => fetch(url, { headers, redirect: 'manual', signal })
  try {
    return await ask()
  } catch (error) {
    const { code } = ((error as { cause?: unknown }).cause ?? {}) as { code?: string }
    if (code !== 'UND_ERR_SOCKET' && code !== 'ECONNRESET' && code !== 'EPIPE') throw error
    return ask()
  }
}

function statusError({ status, headers }: Response, nowMs: number): S3ProxyError {
  const code = status === 429 ? 'SSO_BUSY' : status >= 500 ? 'SSO_UNAVAILABLE' : 'SSO_BAD_ANSWER'
  const retryAfterSeconds = parseRetryAfter(headers.get('retry-after') ?? undefined, nowMs)
  const what = `the SSO answered ${status} when asked who a token belongs to`
  return new S3ProxyError(code, code === 'SSO_BUSY' ? what : `${what} (sso.url)`, { retryAfterSeconds })
}

/** Whether a timer of the client has ended the call. Those are shorter than a long `sso.timeoutMs`. */
function isTimeout(cause: unknown): boolean {
  return /^(?:ETIMEDOUT|UND_ERR_\w+_TIMEOUT)$/.test((cause as { code?: string } | undefined)?.code ?? '')
}

async function readText(response: Response, maxBytes: number): Promise<string> {
  const pieces: Uint8Array[] = []
  let sizeBytes = 0
  for await (const piece of response.body ?? []) {
    sizeBytes += piece.byteLength
    if (sizeBytes > maxBytes) throw badIdentity(`is larger than ${maxBytes} bytes`)
    pieces.push(piece)
  }
  // The text is JSON whatever the content-type says. The decoder drops the byte order mark that some servers send.
  return new TextDecoder().decode(Buffer.concat(pieces))
}
