import { databaseOf } from '../../store/redis-address.ts'

/** What `session.redisUrl` must look like; the text that was given is never repeated. */
export const expectedRedis =
  'expected redis://host:port or rediss://host:port, with user:password@ percent-encoded and /database where needed; of a query, only db and family (4, 6) are understood'

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

const understood: Record<string, RegExp> = { db: /^\d{1,9}$/, family: /^[046]$/ }

/** Nothing that is given is passed over in silence. */
function isQueryUnderstood(url: URL): boolean {
  const names = [...url.searchParams.keys()]
  return (
    new Set(names).size === names.length &&
    [...url.searchParams].every(([name, value]) => understood[name]?.test(value) === true) &&
    !Number.isNaN(databaseOf(url))
  )
}

function isRedisUrl(text: string): boolean {
  if (!/^rediss?:\/\/[^\s#]+$/.test(text) || !URL.canParse(text)) return false
  const url = new URL(text)
  return (
    url.hostname !== '' &&
    /^(?:\/\d*)?$/.test(url.pathname) &&
    isDecodable(url.username + url.password) &&
    isQueryUnderstood(url)
  )
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text)
    return true
  } catch {
    return false
  }
}
