import { isAbsoluteUrl } from '../../http/absolute-url.ts'
import type { Values } from '../schema/config-schema.ts'
import type { Findings } from './findings.ts'
import { checkIssuer } from './issuer-consistency.ts'
import { notSigningKey, readSigningKey } from './signing-key.ts'

type SsoValues = NonNullable<Values['sso']>

/** Checks options of the SSO together; fills in `sso.scope`, and `sso.clientAuthentication` where it can. */
export function checkSso(sso: SsoValues, findings: Findings): void {
  if (sso.issuer === undefined) {
    fillIn(sso, 'scope', 'read write', findings)
    fillIn(sso, 'clientAuthentication', 'post', findings)
    checkAddresses(sso, findings)
  } else {
    fillIn(sso, 'scope', 'openid profile email', findings)
    // Without a secret there is only one way to use the key.
    if (sso.clientSecret === undefined && sso.clientKeyFile !== undefined)
      fillIn(sso, 'clientAuthentication', 'private_key_jwt', findings)
    checkIssuer(sso, sso.issuer, findings)
  }
  checkClient(sso, findings)
}

function fillIn<Name extends 'scope' | 'clientAuthentication'>(
  sso: SsoValues,
  name: Name,
  value: NonNullable<SsoValues[Name]>,
  { sources }: Findings,
): void {
  if (sso[name] !== undefined) return
  sso[name] = value
  sources[`sso.${name}`] = 'default'
}

const forBrowsers = ['authorizeUrl', 'logoutUrl'] as const
const forThisServer = ['tokenUrl', 'identityUrl'] as const

/** Checks that every address is a whole URL, or lies below a URL that is given. */
function checkAddresses(sso: SsoValues, { report, warn }: Findings): void {
  const isBelow = (name: 'authorizeUrl' | 'tokenUrl' | 'identityUrl' | 'logoutUrl') => {
    const address = sso[name]
    return address !== undefined && !isAbsoluteUrl(address)
  }
  const belowInternal = sso.internalUrl === undefined ? [] : forThisServer.filter(isBelow)
  const belowUrl = [...forBrowsers, ...(sso.internalUrl === undefined ? forThisServer : [])].filter(isBelow)
  if (sso.url === undefined && belowUrl.length > 0)
    report({
      path: 'sso.url',
      looksAt: [
        'sso.issuer',
        'sso.internalUrl',
        ...[...forBrowsers, ...forThisServer].map((name) => `sso.${name}`),
      ],
      message: `is required: root URL of the SSO, as browsers reach it (or sso.issuer, or a whole URL in ${belowUrl.map((name) => `sso.${name}`).join(' and ')})`,
    })
  if (sso.url !== undefined && belowUrl.length === 0)
    warn('sso.url is not used, because no address of the SSO lies below it')
  if (sso.internalUrl !== undefined && belowInternal.length === 0)
    warn('sso.internalUrl is not used, because sso.tokenUrl and sso.identityUrl are whole URLs')
}

/** Checks that the application has everything for its way of authentication. */
function checkClient(sso: SsoValues, { report, warn }: Findings): void {
  const { clientAuthentication, clientSecret, clientKeyFile, clientAssertionAudience } = sso
  const looksAt = ['sso.clientAuthentication', 'sso.clientKeyFile']
  const wantsSecret =
    clientAuthentication === undefined || clientAuthentication === 'post' || clientAuthentication === 'basic'
  const wantsKey = clientAuthentication === 'private_key_jwt'
  if (wantsSecret && clientSecret === undefined)
    report({ path: 'sso.clientSecret', looksAt, message: 'is required: secret of the application' })
  if (wantsKey && clientKeyFile === undefined)
    report({
      path: 'sso.clientKeyFile',
      looksAt,
      message: 'is required with sso.clientAuthentication private_key_jwt',
    })
  if (clientKeyFile !== undefined && readSigningKey(clientKeyFile.content) === undefined)
    report({ path: 'sso.clientKeyFile', message: notSigningKey })
  const unused = (path: string) =>
    warn(`${path} is not used, because sso.clientAuthentication is ${clientAuthentication ?? 'not set'}`)
  if (!wantsSecret && clientSecret !== undefined) unused('sso.clientSecret')
  if (!wantsKey && clientKeyFile !== undefined) unused('sso.clientKeyFile')
  if (!wantsKey && clientAssertionAudience !== undefined) unused('sso.clientAssertionAudience')
}
