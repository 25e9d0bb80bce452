import { discoveryAddress } from '../issuer/discovery.ts'
import type { Issuer } from '../issuer/issuer.ts'
import { ProbeFailure, type ProbeStep } from './probe.ts'
import { peerOf, reach } from './reach.ts'

export interface IssuerProbeOptions {
  issuer: Issuer
  internalUrl: string | undefined
  timeoutMs: number
}

const needed = ['authorization_endpoint', 'token_endpoint', 'jwks_uri'] as const

/** The steps that try what logins need of an OpenID provider before anybody signs in. */
export function issuerSteps({ issuer, internalUrl, timeoutMs }: IssuerProbeOptions): ProbeStep[] {
  const address = discoveryAddress({ url: issuer.name, internalUrl })
  return [
    {
      name: 'sso.connect',
      timeoutMs,
      isVital: true,
      run: (signal) => reach(peerOf(address), 'sso.issuer and sso.internalUrl', signal),
    },
    {
      name: 'sso.discovery',
      timeoutMs,
      isVital: true,
      async run() {
        const metadata = await issuer.metadata()
        const missing = needed.filter((name) => metadata[name] === undefined)
        if (missing.length > 0)
          throw new ProbeFailure(
            `the discovery document has no ${missing.join(' and no ')}`,
            'check sso.issuer: is it an OpenID provider?',
            'SSO_BAD_ANSWER',
          )
        return { message: `${address} is the document of ${issuer.name}` }
      },
    },
  ]
}
