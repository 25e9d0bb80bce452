import type { Config } from '../config/schema/config-schema.ts'
import type { Issuer } from '../issuer/issuer.ts'
import type { Person } from '../person/person.ts'
import { type BearerProbeOptions, bearerSteps } from '../probe/bearer-probe.ts'
import type { ProbeStep } from '../probe/probe.ts'
import { ssoEndpoints } from '../sso/sso-endpoints.ts'
import { createBearer, tokenIssuerOf } from './create-bearer.ts'
import { createSso } from './create-sso.ts'
import { introspectionEndpoint } from './introspection-endpoint.ts'

export interface BearerProbeParts {
  /** The issuer of `sso.issuer`. */
  ssoIssuer: Issuer | undefined
  /** An access token to try. */
  token: string | undefined
  onAccepted(person: Person): void
  userAgent: string
}

/** Makes the steps that try how bearer tokens are checked; none where they are not accepted. */
export function bearerStepsOf(config: Config, parts: BearerProbeParts): ProbeStep[] {
  const { ssoIssuer, token, onAccepted, userAgent } = parts
  const { bearer, sso } = config
  const issuer = tokenIssuerOf(config, parts)
  const client = createSso(sso, ssoIssuer, userAgent, silent)
  const { bearer: used } = createBearer(config, { sso: client, ssoIssuer, userAgent })
  if (used === undefined || bearer.accept === 'none') return []
  const issuerOption = issuer === ssoIssuer ? 'sso.issuer' : 'bearer.issuer'
  return bearerSteps({
    way: wayOf(config, bearer.accept, issuer, ssoIssuer),
    token,
    trial: {
      ...used,
      accept: bearer.accept,
      issuerOption,
      issuer: issuer?.name,
      groupsClaim: sso.groupsClaim,
      onAccepted,
    },
    userAgent,
    timeoutMs: sso.timeoutMs,
  })
}

/** The steps tell everything themselves. */
const silent = { debug() {}, info() {}, warn() {}, error() {} }

function wayOf(
  { bearer, sso }: Config,
  accept: Exclude<Config['bearer']['accept'], 'none'>,
  issuer: Issuer | undefined,
  ssoIssuer: Issuer | undefined,
): BearerProbeOptions['way'] {
  switch (accept) {
    case 'jwt':
      // The configuration is refused where there is none.
      if (issuer === undefined) throw new TypeError('jwt without an issuer')
      return { kind: accept, issuer, isOther: issuer !== ssoIssuer }
    case 'introspection':
      return { kind: accept, endpoint: introspectionEndpoint(bearer, sso, { issuer, ssoIssuer }) }
    case 'identity':
      return {
        kind: accept,
        endpoint: async () =>
          ssoIssuer === undefined
            ? ssoEndpoints(sso).identity
            : (await ssoIssuer.metadata()).userinfo_endpoint,
      }
  }
}
