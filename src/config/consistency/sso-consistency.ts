import { isAbsoluteUrl } from '../../http/absolute-url.ts'
import type { Values } from '../schema/config-schema.ts'
import type { Findings } from './findings.ts'
import { notSigningKey, readSigningKey } from './signing-key.ts'

type SsoValues = NonNullable<Values['sso']>

/** Checks options of the SSO together. */
export function checkSso(sso: SsoValues, findings: Findings): void {
  checkAddresses(sso, findings)
  checkClient(sso, findings)
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
      looksAt: ['sso.internalUrl', ...[...forBrowsers, ...forThisServer].map((name) => `sso.${name}`)],
      message: `is required: root URL of the SSO, as browsers reach it (or a whole URL in ${belowUrl.map((name) => `sso.${name}`).join(' and ')})`,
    })
  if (sso.url !== undefined && belowUrl.length === 0)
    warn('sso.url is not used, because no address of the SSO lies below it')
  if (sso.internalUrl !== undefined && belowInternal.length === 0)
    warn('sso.internalUrl is not used, because sso.tokenUrl and sso.identityUrl are whole URLs')
}

/** Checks that the application has everything for its way of authentication. */
function checkClient(sso: SsoValues, { report, warn }: Findings): void {
  const { clientAuthentication = 'post', clientSecret, clientKeyFile } = sso
  const looksAt = ['sso.clientAuthentication']
  const wantsSecret = clientAuthentication === 'post' || clientAuthentication === 'basic'
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
    warn(`${path} is not used, because sso.clientAuthentication is ${clientAuthentication}`)
  if (!wantsSecret && clientSecret !== undefined) unused('sso.clientSecret')
  if (!wantsKey && clientKeyFile !== undefined) unused('sso.clientKeyFile')
}
