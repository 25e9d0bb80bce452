/** What `session.redisUrl` must look like; the text that was given is never repeated. */
export const expectedRedis =
  'expected redis://host:port or rediss://host:port, with user:password@ percent-encoded and /database where needed'

/** Zod's refinement of one URL of Redis, or several separated by commas. */
export function checkRedisUrl(value: string, context: { addIssue(message: string): void }): void {
  if (!splitRedisUrls(value).every(isRedisUrl)) context.addIssue(expectedRedis)
}

export function splitRedisUrls(value: string): string[] {
  return value.split(',').map((url) => url.trim())
}

/** Platforms give `host:port` too: plain Redis. */
export function withRedisScheme(value: string): string {
  return splitRedisUrls(value)
    .map((url) => (url === '' || url.includes('://') ? url : `redis://${url}`))
    .join(',')
}

/** Fit to be shown: without user, password and query. */
export function maskRedisUrls(value: string): string {
  return splitRedisUrls(value)
    .map((url) => url.replace(/\/\/.*@/, '//***@').replace(/\?.*/, '?***'))
    .join(',')
}

function isRedisUrl(text: string): boolean {
  if (!/^rediss?:\/\/[^\s#]+$/.test(text) || !URL.canParse(text)) return false
  const url = new URL(text)
  return url.hostname !== '' && /^(?:\/\d*)?$/.test(url.pathname) && isDecodable(url.username + url.password)
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text)
    return true
  } catch {
    return false
  }
}
