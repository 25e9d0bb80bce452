/**
 * The URL of the bound Redis service, as Cloud Foundry hands it to an app.
 *
 * @param text of `VCAP_SERVICES`
 * @returns `undefined` when no service named `redis` is bound
 * @throws Error that names what was expected, without the text
 */
export function redisUrlFromVcap(text: string): string | undefined {
  const services = parse(text) as { redis?: { credentials?: { uri?: unknown } }[] } | null
  const redis = services?.redis
  if (redis === undefined || (Array.isArray(redis) && redis.length === 0)) return undefined
  const uri = Array.isArray(redis) ? redis[0]?.credentials?.uri : undefined
  if (typeof uri !== 'string') throw new Error('expected redis[0].credentials.uri to be a URL')
  return uri
}

/**
 * The hosts that the platform routes to this app.
 *
 * @param text of `VCAP_APPLICATION`
 * @throws Error that names what was expected
 */
export function hostsFromVcap(text: string): string[] {
  const application = parse(text) as { application_uris?: unknown } | null
  const uris = application?.application_uris ?? []
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
