import type { RedisAddress } from '../../store/redis-address.ts'
import { withoutTrailingDot } from './trailing-dot.ts'

/** Says how `session.redisUrl` must look, without the text that was given. */
export const expectedRedis =
  'expected redis://host:port or rediss://host:port, with user:password@ percent-encoded and /database where needed; of a query, only db and family (4, 6) are understood'

/** @returns the addresses in one URL of Redis, or in several separated by commas; `undefined` when one is no such URL */
export function parseRedisUrls(value: string): RedisAddress[] | undefined {
  const addresses = splitUrls(value).map(parseRedisUrl)
  return addresses.every((address) => address !== undefined) ? addresses : undefined
}

/** Adds the scheme to `host:port`, by which some platforms mean Redis without TLS. */
export function withRedisScheme(value: string): string {
  return splitUrls(value)
    .map((url) => (url === '' || url.includes('://') ? url : `redis://${url}`))
    .join(',')
}

/** The addresses as people may see them: without user, password and query. */
export function showRedisAddresses(addresses: readonly RedisAddress[]): string {
  return addresses.map(({ shown }) => shown).join(',')
}

function splitUrls(value: string): string[] {
  return value.split(',').map((url) => url.trim())
}

function parseRedisUrl(text: string): RedisAddress | undefined {
  if (!/^rediss?:\/\/[^\s#]+$/.test(text) || !URL.canParse(text)) return undefined
  const given = withoutTrailingDot(text)
  const url = new URL(given)
  const [username, password] = [url.username, url.password].map(decode)
  if (url.hostname === '' || username === undefined || password === undefined) return undefined
  const database = databaseOf(url)
  if (!/^(?:\/\d*)?$/.test(url.pathname) || !isQueryUnderstood(url) || Number.isNaN(database))
    return undefined
  const family = url.searchParams.get('family')
  return {
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: Number(url.port || 6379),
    isSecure: url.protocol === 'rediss:',
    ...(username === '' ? {} : { username }),
    ...(password === '' ? {} : { password }),
    ...(database === undefined ? {} : { database }),
    ...(family === null ? {} : { family: Number(family) }),
    shown: given.replace(/\/\/.*@/, '//***@').replace(/\?.*/, '?***'),
  }
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}

/** Reads the number of the database from the path or from `db`; `NaN` where both are given and differ. */
function databaseOf({ pathname, searchParams }: URL): number | undefined {
  const named = [pathname.slice(1), ...searchParams.getAll('db')].filter((text) => text !== '').map(Number)
  if (new Set(named).size > 1) return Number.NaN
  return named[0]
}

const understood: Record<string, RegExp> = { db: /^\d{1,9}$/, family: /^[046]$/ }

/** Whether every parameter has a meaning here. A query with any other one is refused, so that nothing is ignored. */
function isQueryUnderstood({ searchParams }: URL): boolean {
  const names = [...searchParams.keys()]
  return (
    new Set(names).size === names.length &&
    [...searchParams].every(([name, value]) => understood[name]?.test(value) === true)
  )
}
