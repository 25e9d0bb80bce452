import { messageOf, S3ProxyError } from '../errors.ts'
import type { Identity } from './sso-client.ts'

export interface IdentityOptions {
  timeoutMs: number
  maxAnswerBytes: number
  /** What names the user, instead of `knownClaims`; where an answer has no such claim, the user is `unnamed`. */
  userClaim?: string | undefined
}

/**
 * Asks the SSO's page about the user. Redirects are not followed, because the token would go with them.
 *
 * @throws S3ProxyError `SSO_UNAVAILABLE`, `SSO_BAD_ANSWER`, `SSO_TIMEOUT`
 */
export async function fetchIdentity(
  url: string,
  accessToken: string,
  { timeoutMs, maxAnswerBytes, userClaim }: IdentityOptions,
): Promise<Identity> {
  const signal = AbortSignal.timeout(timeoutMs)
  try {
    const response = await askTwice(url, accessToken, signal)
    if (response.status === 401 || response.status === 403) {
      await response.body?.cancel()
      return { kind: 'rejected' }
    }
    if (response.status !== 200) {
      await response.body?.cancel()
      const code = response.status >= 500 ? 'SSO_UNAVAILABLE' : 'SSO_BAD_ANSWER'
      throw new S3ProxyError(
        code,
        `the SSO answered ${response.status} when asked who a token belongs to (sso.url)`,
      )
    }
    return { kind: 'known', who: whoIn(await readText(response, maxAnswerBytes), userClaim) }
  } catch (error) {
    if (error instanceof S3ProxyError) throw error
    const cause = (error as { cause?: unknown }).cause ?? error
    if (signal.aborted || isTimeout(cause)) {
      throw new S3ProxyError(
        'SSO_TIMEOUT',
        `the SSO did not say within ${timeoutMs} ms who a token belongs to`,
      )
    }
    const reason = messageOf(cause)
    throw new S3ProxyError('SSO_UNAVAILABLE', `the SSO cannot be asked who a token belongs to: ${reason}`, {
      cause: error,
    })
  }
}

/** Once more when the connection broke before the head: a kept one may have been closed just then. */
async function askTwice(url: string, accessToken: string, signal: AbortSignal): Promise<Response> {
  const headers = { authorization: `Bearer ${accessToken}`, accept: 'application/json' }
  const ask = () => fetch(url, { headers, redirect: 'manual', signal })
  try {
    return await ask()
  } catch (error) {
    const { code } = ((error as { cause?: unknown }).cause ?? {}) as { code?: string }
    if (code !== 'UND_ERR_SOCKET' && code !== 'ECONNRESET' && code !== 'EPIPE') throw error
    return ask()
  }
}

/** Timers of the client, which are shorter than a long `sso.timeoutMs`. */
function isTimeout(cause: unknown): boolean {
  return /^(?:ETIMEDOUT|UND_ERR_\w+_TIMEOUT)$/.test((cause as { code?: string } | undefined)?.code ?? '')
}

async function readText(response: Response, maxBytes: number): Promise<string> {
  const pieces: Uint8Array[] = []
  let sizeBytes = 0
  for await (const piece of response.body ?? []) {
    sizeBytes += piece.byteLength
    if (sizeBytes > maxBytes) throw badAnswer(`is larger than ${maxBytes} bytes`)
    pieces.push(piece)
  }
  return Buffer.concat(pieces).toString('utf8')
}

/** The claims that name a user in the SSOs that are known; the first that is there counts. */
const knownClaims = ['user_id', 'sub', 'id', 'email', 'username'] as const

function whoIn(text: string, userClaim: string | undefined): string {
  let claims: unknown
  try {
    claims = JSON.parse(text)
  } catch {
    throw badAnswer('is not JSON')
  }
  if (typeof claims !== 'object' || claims === null || Array.isArray(claims))
    throw badAnswer('is not a JSON object')
  for (const name of userClaim === undefined ? knownClaims : [userClaim]) {
    const value = (claims as Record<string, unknown>)[name]
    if ((typeof value === 'string' && value !== '') || typeof value === 'number')
      return String(value).slice(0, 256)
  }
  return 'unnamed'
}

function badAnswer(what: string): S3ProxyError {
  return new S3ProxyError(
    'SSO_BAD_ANSWER',
    `the answer of the SSO to who a token belongs to ${what} (sso.url)`,
  )
}
