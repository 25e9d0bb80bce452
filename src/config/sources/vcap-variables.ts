import { isJsonObject } from '../../http/json-object.ts'

/**
 * Finds the URL of the Redis service that Cloud Foundry has bound to the app: the first one named `redis`, or else the
 * first with that tag.
 *
 * @param text of `VCAP_SERVICES`
 * @returns `undefined` when no such service is bound
 * @throws Error that names what was expected, without the text
 * @see https://docs.cloudfoundry.org/devguide/deploy-apps/environment-variable.html#VCAP-SERVICES
 */
export function redisUrlFromVcap(text: string): string | undefined {
  const services = parse(text)
  if (!isJsonObject(services)) throw new Error('expected a JSON object')
  const named = services.redis ?? []
  if (!Array.isArray(named))
    throw new Error('expected redis[0].credentials.uri, with redis as a list of services')
  if (named.length > 0) return urlOf(named[0], 'redis[0]')
  for (const [name, instances] of Object.entries(services)) {
    if (!Array.isArray(instances)) continue
    const index = instances.findIndex(isTagged)
    if (index !== -1) return urlOf(instances[index], `${name}[${index}]`)
  }
  return undefined
}

/**
 * The hosts that the platform routes to this app.
 *
 * @param text of `VCAP_APPLICATION`
 * @throws Error that names what was expected
 */
export function hostsFromVcap(text: string): string[] {
  const application = parse(text) ?? {}
  if (!isJsonObject(application)) throw new Error('expected a JSON object')
  const uris = application.application_uris ?? []
  if (!Array.isArray(uris)) throw new Error('expected application_uris to be a list')
  return uris.map((uri) => String(uri).split('/')[0] ?? '').filter((host) => host !== '')
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new Error('expected JSON')
  }
}

function isTagged(instance: unknown): boolean {
  const tags = isJsonObject(instance) ? instance.tags : undefined
  return Array.isArray(tags) && tags.some((tag) => String(tag).toLowerCase() === 'redis')
}

/** @param where place of the instance in the text, for messages */
function urlOf(instance: unknown, where: string): string {
  const credentials = isJsonObject(instance) ? instance.credentials : undefined
  const { uri, url } = isJsonObject(credentials) ? credentials : {}
  const given = uri ?? url ?? (isJsonObject(credentials) ? urlFromMembers(credentials) : undefined)
  if (typeof given !== 'string' || given === '')
    throw new Error(`expected ${where}.credentials.uri to be a URL, or host and port beside it`)
  return given
}

/**
 * Makes the URL of host and port, for brokers that give none. TLS is spoken at `tls_port`, or at `port` where `tls` or
 * `tls_enabled` says so.
 */
function urlFromMembers({ username, password, ...given }: Record<string, unknown>): string | undefined {
  const host = given.host ?? given.hostname
  const tlsPort = Number(given.tls_port) || undefined
  const port = tlsPort ?? (Number(given.port) || undefined)
  if (typeof host !== 'string' || host === '' || port === undefined) return undefined
  const isTls = tlsPort !== undefined || given.tls === true || given.tls_enabled === true
  const [name, secret] = [username, password].map((given) => encodeURIComponent(String(given ?? '')))
  const user = name === '' && secret === '' ? '' : `${name}:${secret}@`
  return `redis${isTls ? 's' : ''}://${user}${host.includes(':') ? `[${host}]` : host}:${port}`
}
