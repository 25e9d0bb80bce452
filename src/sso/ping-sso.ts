import { networkReason, S3ProxyError } from '../errors.ts'

/**
 * Asks a page of the SSO that this server uses, without a token. Any answer but a failure of the server shows that the SSO is
 * there; its body is not read.
 *
 * @param url the address of that page, as this server reaches it
 * @param option the option to look at, for messages
 * @throws S3ProxyError with what is wrong, for the operator
 */
export async function pingSso(
  url: string,
  userAgent: string,
  timeoutMs: number,
  option = 'sso.url',
): Promise<void> {
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
      throw new S3ProxyError('SSO_TIMEOUT', `the SSO does not answer within ${timeoutMs} ms (${option})`)
    throw new S3ProxyError(
      'SSO_UNAVAILABLE',
      `the SSO cannot be reached (${option}): ${networkReason((error as { cause?: unknown }).cause ?? error)}`,
    )
  }
  if (status >= 500) throw new S3ProxyError('SSO_UNAVAILABLE', `the SSO answers ${status} (${option})`)
}
