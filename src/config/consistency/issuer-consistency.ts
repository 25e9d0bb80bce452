import { isAbsoluteUrl } from '../../http/absolute-url.ts'
import { isInTheClear } from '../../http/loopback.ts'
import type { Values } from '../schema/config-schema.ts'
import type { Findings } from './findings.ts'

type SsoValues = NonNullable<Values['sso']>

/** Checks options that mean something else, or nothing, beside `sso.issuer`. */
export function checkIssuer(sso: SsoValues, issuer: string, { sources, report, warn }: Findings): void {
  for (const name of ['authorizeUrl', 'tokenUrl', 'identityUrl'] as const) {
    const source = sources[`sso.${name}`]
    // A default that is not used would be shown as if it were.
    if (source === 'default') delete sources[`sso.${name}`]
    if (source === undefined || source === 'default') continue
    report({
      path: `sso.${name}`,
      looksAt: ['sso.issuer'],
      message: 'excludes sso.issuer, whose discovery document has this address',
    })
  }
  if (sso.logoutUrl !== undefined && !isAbsoluteUrl(sso.logoutUrl))
    report({
      path: 'sso.logoutUrl',
      looksAt: ['sso.issuer'],
      message: 'expected a whole URL, because nothing lies below sso.url with sso.issuer',
    })
  if (sso.scope?.split(' ').includes('openid') === false)
    report({
      path: 'sso.scope',
      looksAt: ['sso.issuer'],
      message: 'needs openid among the scopes with sso.issuer, as in openid profile email',
    })
  if (sso.url !== undefined) warn('sso.url is not used, because sso.issuer is set')
  if (isInTheClear(issuer))
    warn('sso.issuer is http: everybody between this server and the SSO can sign in as anybody')
}
