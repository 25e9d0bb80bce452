import { S3ProxyError } from '../errors.ts'
import { isTexts } from '../person/groups-in.ts'

/**
 * The discovery document of an issuer, checked. Addresses that this server asks lie below its internal root where there
 * is one.
 *
 * @see OpenID Connect Discovery 1.0 section 3, RFC 8414 section 2
 */
export interface IssuerMetadata extends Partial<Readonly<Addresses & Lists & Flags>> {
  readonly issuer: string
}

type Addresses = Record<(typeof forBrowsers)[number] | (typeof forThisServer)[number], string>
type Lists = Record<(typeof lists)[number], readonly string[]>
type Flags = Record<(typeof flags)[number], boolean>

/** Pages for people. */
const forBrowsers = ['authorization_endpoint', 'end_session_endpoint'] as const
const forThisServer = [
  'token_endpoint',
  'userinfo_endpoint',
  'jwks_uri',
  'revocation_endpoint',
  'introspection_endpoint',
  'device_authorization_endpoint',
] as const
const lists = [
  'scopes_supported',
  'claims_supported',
  'grant_types_supported',
  'code_challenge_methods_supported',
  'token_endpoint_auth_methods_supported',
  'id_token_signing_alg_values_supported',
] as const
const flags = [
  'authorization_response_iss_parameter_supported',
  'backchannel_logout_supported',
  'backchannel_logout_session_supported',
] as const

export interface ExpectedMetadata {
  /** The issuer identifier. */
  url: string
  internalUrl?: string | undefined
  /** The option that has the identifier, for messages. */
  option: string
}

/**
 * Checks a discovery document, and takes what s3proxy knows out of it.
 *
 * @throws S3ProxyError `SSO_BAD_ANSWER` when the issuer is another one, or a member has another type
 */
export function readMetadata(
  document: Readonly<Record<string, unknown>>,
  expected: ExpectedMetadata,
): IssuerMetadata {
  const { url, option } = expected
  if (document.issuer !== url)
    throw badDocument(`names the issuer ${shown(document.issuer)}, but ${option} is ${shown(url)}`)
  const read = <Name extends string, Value>(
    names: readonly Name[],
    isValid: (value: unknown) => value is Value,
    wanted: string,
  ) => {
    const members: Partial<Record<Name, Value>> = {}
    for (const name of names) {
      const value = document[name]
      if (value === undefined || value === null) continue
      if (!isValid(value)) throw badDocument(`has a ${name} that is not ${wanted} (${option})`)
      members[name] = value
    }
    return members
  }
  const isEndpoint = (value: unknown): value is string => isAddress(value, url.startsWith('https:'))
  const wanted = url.startsWith('https:') ? 'a URL with https' : 'a URL'
  const internal = read(forThisServer, isEndpoint, wanted)
  for (const name of forThisServer) {
    const address = internal[name]
    if (address !== undefined) internal[name] = internally(address, expected)
  }
  return {
    issuer: url,
    ...read(forBrowsers, isEndpoint, wanted),
    ...internal,
    ...read(lists, isTexts, 'a list of texts'),
    ...read(flags, isFlag, 'true or false'),
  }
}

function badDocument(what: string): S3ProxyError {
  return new S3ProxyError('SSO_BAD_ANSWER', `the discovery document of the SSO ${what}`)
}

/** Shows the identifier that came, so that a missing slash can be seen. Anything but a short URL is not repeated. */
function shown(value: unknown): string {
  return typeof value === 'string' && /^https?:\/\/[!-~]{1,200}$/.test(value) ? value : 'that is no URL'
}

/** An SSO that is known by https must not lead to where anybody can listen. */
function isAddress(value: unknown, mustBeSecure: boolean): value is string {
  const shape = mustBeSecure ? /^https:\/\/[!-~]+$/i : /^https?:\/\/[!-~]+$/i
  return typeof value === 'string' && shape.test(value) && URL.canParse(value) && !value.includes('#')
}

function isFlag(value: unknown): value is boolean {
  return typeof value === 'boolean'
}

/** Moves an address below the issuer to below the internal root. Others stay: they are on another host anyway. */
function internally(address: string, { url, internalUrl }: ExpectedMetadata): string {
  if (internalUrl === undefined) return address
  const [from, to] = [withSlash(url), withSlash(internalUrl)]
  if (address.startsWith(from)) return to + address.slice(from.length)
  return address
}

function withSlash(root: string): string {
  return root.endsWith('/') ? root : `${root}/`
}
