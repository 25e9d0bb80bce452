import { S3ProxyError } from '../errors.ts'
import type { Issuer } from '../issuer/issuer.ts'
import type { Grant } from '../session/session.ts'
import { withinDeadline } from '../waiting/within-deadline.ts'
import { endSessionAddress } from './end-session-address.ts'
import type { SsoClient } from './sso-client.ts'

export interface OidcLogoutOptions {
  issuer: Pick<Issuer, 'metadata'>
  clientId: string
  /** The address that ends the SSO's own session, in place of that of the discovery document. */
  logoutUrl?: string | undefined
  /** Revokes a refresh token, where the SSO has an endpoint for that (RFC 7009). */
  revoke(refreshToken: string): Promise<void>
  /** The longest wait of a person for the SSO. A revocation that takes longer goes on by itself. */
  waitMs: number
  /** Called with each failure, which keeps nobody from signing out here. */
  onFailure(error: unknown): void
}

/** Makes the logout at an OpenID provider. It waits a short time for the provider, and leads nowhere when that is over. */
export function createOidcLogout(options: OidcLogoutOptions): SsoClient['end'] {
  const { issuer, clientId, logoutUrl, waitMs, onFailure } = options

  async function revoke(grant: Grant | undefined): Promise<void> {
    if (grant?.refreshToken !== undefined) await options.revoke(grant.refreshToken).catch(onFailure)
  }

  async function endpoint(): Promise<string | undefined> {
    const late = () => {
      throw new S3ProxyError(
        'SSO_TIMEOUT',
        `the SSO did not say within ${waitMs} ms where it signs people out`,
      )
    }
    try {
      return (await withinDeadline(issuer.metadata(), waitMs, late)).end_session_endpoint
    } catch (error) {
      onFailure(error)
      return undefined
    }
  }

  return async (grant, wayBack) => {
    const revoked = withinDeadline(revoke(grant), waitMs, () => {})
    const address = logoutUrl ?? (await endpoint())
    await revoked
    if (address === undefined || address === logoutUrl) return address
    return endSessionAddress(address, clientId, grant ?? {}, wayBack)
  }
}
