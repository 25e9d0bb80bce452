import { networkReason, S3ProxyError } from '../errors.ts'

/**
 * Asks the SSO's page about the user, without a token. Any answer but a failure of the server shows that the SSO is
 * there; its body is not read.
 *
 * @param url the address of that page, as this server reaches it
 * @throws S3ProxyError with what is wrong, for the operator
 */
export async function pingSso(url: string, userAgent: string, timeoutMs: number): Promise<void> {
  let status: number
  try {
    const response = await fetch(url, {
      headers: { accept: 'application/json', 'user-agent': userAgent },
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
    })
    status = response.status
    await response.body?.cancel()
  } catch (error) {
    if ((error as Error).name === 'TimeoutError')
      throw new S3ProxyError('SSO_TIMEOUT', `the SSO does not answer within ${timeoutMs} ms (sso.url)`)
    throw new S3ProxyError(
      'SSO_UNAVAILABLE',
      `the SSO cannot be reached (sso.url): ${networkReason((error as { cause?: unknown }).cause ?? error)}`,
    )
  }
  if (status >= 500) throw new S3ProxyError('SSO_UNAVAILABLE', `the SSO answers ${status} (sso.url)`)
}
