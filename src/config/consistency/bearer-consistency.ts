import { isInTheClear } from '../../http/loopback.ts'
import { resourceMetadataPath } from '../../http/own-paths.ts'
import type { Values } from '../schema/config-schema.ts'
import type { Findings } from './findings.ts'

type BearerValues = NonNullable<Values['bearer']>
type SsoValues = NonNullable<Values['sso']>

/** Checks options of bearer tokens together. */
export function checkBearer(bearer: BearerValues, { s3, sso = {} }: Values, findings: Findings): void {
  const { report } = findings
  const { accept } = bearer
  warnOfUnused(bearer, findings)
  if (accept === undefined || accept === 'none') return
  if (s3?.healthcheckKey === resourceMetadataPath.slice(1))
    report({
      path: 's3.healthcheckKey',
      looksAt: ['bearer.accept'],
      message: 'cannot be served, because bearer.accept makes a page of s3proxy of it',
    })
  if (accept === 'jwt') checkJwt(bearer, sso, findings)
  if (accept === 'introspection') checkIntrospection(bearer, sso, findings)
  if (accept === 'identity') checkIdentity(bearer, findings)
  else warnOfClearText(bearer, findings)
}

/** The options that each way has no use for. */
const unused = {
  none: ['issuer', 'audience', 'scopes', 'allowPlainJwt', 'introspectionUrl', 'terminalClientId'],
  jwt: ['introspectionUrl'],
  introspection: ['allowPlainJwt'],
  identity: ['allowPlainJwt', 'introspectionUrl'],
} as const

function warnOfUnused(bearer: BearerValues, { warn }: Findings): void {
  const { accept = 'none' } = bearer
  for (const name of unused[accept])
    if (bearer[name] !== undefined && bearer[name] !== false)
      warn(`bearer.${name} is not used, because bearer.accept is ${accept}`)
}

/** Warns of answers that anybody on the way can change. */
function warnOfClearText({ accept, issuer, introspectionUrl }: BearerValues, { warn }: Findings): void {
  const anybody = 'everybody between this server and it can'
  if (accept === 'introspection' && introspectionUrl !== undefined && isInTheClear(introspectionUrl))
    warn(`bearer.introspectionUrl is http: ${anybody} read the tokens of programs, and be anybody`)
  if (issuer !== undefined && isInTheClear(issuer))
    warn(`bearer.issuer is http: ${anybody} make tokens that are taken for its own`)
}

function checkJwt({ issuer, audience, allowPlainJwt }: BearerValues, sso: SsoValues, { report }: Findings) {
  const looksAt = ['bearer.accept']
  if (issuer === undefined && sso.issuer === undefined)
    report({
      path: 'bearer.issuer',
      looksAt: [...looksAt, 'sso.issuer'],
      message: 'is required with bearer.accept jwt, unless there is sso.issuer: whose keys sign the tokens',
    })
  if (audience === undefined)
    report({
      path: 'bearer.audience',
      looksAt,
      message:
        'is required with bearer.accept jwt: without it, tokens for every other service of the issuer would be accepted',
    })
  // The audience of an id token is the client that it is for, and its header says JWT.
  if (allowPlainJwt === true && sso.clientId !== undefined && audience?.includes(sso.clientId))
    report({
      path: 'bearer.audience',
      looksAt: ['bearer.allowPlainJwt', 'sso.clientId'],
      message:
        'must not be sso.clientId with bearer.allowPlainJwt: id tokens could not be told from access tokens',
    })
}

function checkIntrospection(bearer: BearerValues, sso: SsoValues, { report, warn }: Findings): void {
  const { issuer, introspectionUrl, audience, scopes } = bearer
  const looksAt = ['bearer.accept']
  if (introspectionUrl === undefined && issuer === undefined && sso.issuer === undefined)
    report({
      path: 'bearer.introspectionUrl',
      looksAt: [...looksAt, 'bearer.issuer', 'sso.issuer'],
      message: 'is required with bearer.accept introspection, unless there is bearer.issuer or sso.issuer',
    })
  if (sso.clientAuthentication === 'none')
    report({
      path: 'sso.clientAuthentication',
      looksAt,
      message: 'none does not go with bearer.accept introspection: the endpoint asks who wants to know',
    })
  if (audience === undefined && scopes === undefined)
    report({
      path: 'bearer.audience',
      looksAt: [...looksAt, 'bearer.scopes'],
      message:
        'is required with bearer.accept introspection, or bearer.scopes: without them, tokens for every other service would be accepted',
    })
  else if (audience === undefined)
    warn(
      'tokens are accepted for their scopes alone, also those that were made for another service (bearer.audience)',
    )
}

function checkIdentity({ audience, scopes }: BearerValues, { report, warn }: Findings): void {
  for (const [name, value] of Object.entries({ audience, scopes }))
    if (value !== undefined)
      report({
        path: `bearer.${name}`,
        looksAt: ['bearer.accept'],
        message: 'cannot be checked with bearer.accept identity: the identity endpoint does not tell it',
      })
  warn(
    'every token of the SSO is accepted, also one that was made for another application (bearer.accept identity)',
  )
}
