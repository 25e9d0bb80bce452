import { askIdentity } from '../bearer/ask-identity.ts'
import type { TokenQuestion } from '../bearer/bearer-check.ts'
import type { BearerOptions } from '../bearer/bearer-options.ts'
import { introspect } from '../bearer/introspect.ts'
import { pauseAfterFailure } from '../bearer/pause-after-failure.ts'
import { rememberVerdicts } from '../bearer/remember-verdicts.ts'
import { verifyAccessToken } from '../bearer/verify-access-token.ts'
import type { Config } from '../config/schema/config-schema.ts'
import { createIssuer, type Issuer } from '../issuer/issuer.ts'
import type { SsoClient } from '../sso/sso-client.ts'
import { elapsedMs, now } from './clocks.ts'
import { introspectionEndpoint } from './introspection-endpoint.ts'

export interface BearerParts {
  sso: SsoClient
  /** The issuer of `sso.issuer`. */
  ssoIssuer: Issuer | undefined
  userAgent: string
}

/** The longest time that a verified token is trusted without another look at the keys of its issuer. */
const maxVerifiedMs = 300_000
/** The longest time that an answer of the introspection endpoint is trusted. */
const maxIntrospectedMs = 60_000

/** Picks the way in which bearer tokens are checked. @returns nothing where none are accepted */
export function createBearer(config: Config, parts: BearerParts): { bearer?: BearerOptions } {
  const { accept, audience, terminalClientId, scopes = [] } = config.bearer
  if (accept === 'none') return {}
  const issuer = tokenIssuerOf(config, parts)
  const way = wayOf(config, parts, issuer, accept)
  const check = rememberVerdicts(way.ask, { maxAgeMs: way.maxAgeMs, now, elapsedMs })
  return { bearer: { check, scopes, audience, issuer: issuer?.name, terminalClientId } }
}

function wayOf(
  { bearer, sso: places, sso: { timeoutMs, tokenCheckIntervalSeconds } }: Config,
  { sso, ssoIssuer, userAgent }: BearerParts,
  issuer: Issuer | undefined,
  accept: Exclude<Config['bearer']['accept'], 'none'>,
): { ask: TokenQuestion; maxAgeMs: number } {
  const { audience, scopes = [], allowPlainJwt: allowsPlainJwt } = bearer
  switch (accept) {
    case 'identity':
      return { ask: askIdentity(sso, ssoIssuer), maxAgeMs: tokenCheckIntervalSeconds * 1000 }
    case 'introspection': {
      const endpoint = introspectionEndpoint(bearer, places, { issuer, ssoIssuer })
      const named = { issuer: issuer?.name, audience, scopes, places }
      const ask = introspect({ endpoint, ...named, timeoutMs, userAgent, now })
      return { ask: pauseAfterFailure(ask, elapsedMs), maxAgeMs: maxIntrospectedMs }
    }
    case 'jwt':
      // The configuration is refused where one of them is not given.
      if (issuer === undefined || audience === undefined) throw new TypeError('jwt without its options')
      return {
        ask: verifyAccessToken({ issuer, audience, scopes, allowsPlainJwt, places }),
        maxAgeMs: maxVerifiedMs,
      }
  }
}

/** Picks the issuer of tokens: that of the SSO, unless another one is named. Nothing is asked yet. */
export function tokenIssuerOf(
  { bearer, sso }: Config,
  { ssoIssuer, userAgent }: Pick<BearerParts, 'ssoIssuer' | 'userAgent'>,
): Issuer | undefined {
  const { issuer: url } = bearer
  if (url === undefined || url === ssoIssuer?.name) return ssoIssuer
  const { timeoutMs } = sso
  return createIssuer({ url, option: 'bearer.issuer', timeoutMs, userAgent, now, elapsedMs })
}
