import { S3ProxyError } from '../errors.ts'
import type { Issuer } from '../issuer/issuer.ts'
import type { IssuerMetadata } from '../issuer/issuer-metadata.ts'
import { type Finding, ProbeFailure } from './probe.ts'

export interface DiscoveryProbeOptions {
  issuer: Pick<Issuer, 'name' | 'address' | 'metadata'>
  /** The members that it has to have. */
  needed: readonly (keyof IssuerMetadata)[]
  /** The option that has the issuer identifier. */
  option: 'sso.issuer' | 'bearer.issuer'
}

/** Reads the discovery document of an issuer. */
export async function probeDiscovery(options: DiscoveryProbeOptions): Promise<Finding> {
  const { issuer, needed, option } = options
  const metadata = await issuer.metadata().catch((error: unknown) => {
    throw error instanceof S3ProxyError
      ? new ProbeFailure(error.message, adviceOn(error, option), error.code)
      : error
  })
  const missing = needed.filter((name) => metadata[name] === undefined)
  if (missing.length > 0)
    throw new ProbeFailure(
      `the discovery document has no ${missing.join(' and no ')}`,
      `check ${option}: is it an OpenID provider?`,
      'SSO_BAD_ANSWER',
    )
  return { message: `${issuer.address} is the document of ${issuer.name}` }
}

/** Finds advice for a failure of the document, whose message says what was expected and what came. */
function adviceOn({ message }: S3ProxyError, option: DiscoveryProbeOptions['option']): string {
  if (message.includes('names the issuer'))
    return `set ${option} to what the document names, to the byte; where that has http in place of https, tell the SSO the address that browsers reach it at`
  if (message.includes('https'))
    return 'tell the SSO the address that browsers reach it at: it takes itself to be reached by http'
  const elsewhere =
    option === 'sso.issuer'
      ? '; where this server reaches the SSO at another address, set sso.internalUrl'
      : ''
  return `check ${option}, with its path${elsewhere}`
}
