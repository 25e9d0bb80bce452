import type { Issuer } from '../issuer/issuer.ts'
import { pingSso } from './ping-sso.ts'

/**
 * Asks for the discovery document of the SSO, which shows that it is there now, and then checks the one that is kept.
 *
 * @throws S3ProxyError with what is wrong, for the operator
 */
export async function pingIssuer(
  issuer: Pick<Issuer, 'address' | 'metadata'>,
  userAgent: string,
  timeoutMs: number,
): Promise<void> {
  await pingSso(issuer.address, userAgent, timeoutMs, 'sso.issuer')
  await issuer.metadata()
}
