import { readCookies } from '../session/cookies.ts'
import type { RedisCommands } from '../store/redis-commands.ts'
import { createRedisTimeout } from '../store/with-redis-timeout.ts'

/** A session that the original wrote. */
export interface LegacyToken {
  id: string
  accessToken: string
}

/** Sessions that the original wrote: the token of the SSO, in the clear, under a cookie's value. */
export interface LegacyTokens {
  /** Believes a cookie that is alone: beside one that a neighbouring host has set, nobody knows which is which. */
  find(cookieHeader: string | undefined): Promise<LegacyToken | undefined>
  /** Removes it. @returns whether it was there; of many callers at once, exactly one gets `true` */
  spend(legacy: LegacyToken): Promise<boolean>
  /** Ends at once the sessions that the cookies name. */
  end(cookieHeader: string | undefined): Promise<void>
}

const cookieName = 'assets_session_id'

/** The value for `set-cookie` that makes the browser forget the cookie of the original. */
export const forgetLegacyCookie = `${cookieName}=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax`

export function createLegacyTokens(
  redis: Pick<RedisCommands, 'get' | 'del'>,
  timeoutMs: number,
): LegacyTokens {
  const withRedisTimeout = createRedisTimeout(timeoutMs)
  const keyOf = (id: string) => `s3proxy__assets_session_id__${id}__sso_token`
  const valuesIn = (cookieHeader: string | undefined) => readCookies(cookieHeader, cookieName)
  return {
    async find(cookieHeader) {
      const [id, ...more] = valuesIn(cookieHeader)
      if (id === undefined || more.length > 0 || !isId(id)) return undefined
      const accessToken = toToken(await withRedisTimeout(() => redis.get(keyOf(id))))
      return accessToken === undefined ? undefined : { id, accessToken }
    },
    async spend({ id }) {
      return Number(await withRedisTimeout(() => redis.del(keyOf(id)))) > 0
    },
    async end(cookieHeader) {
      for (const id of valuesIn(cookieHeader).filter(isId)) await withRedisTimeout(() => redis.del(keyOf(id)))
    },
  }
}

function isId(text: string): boolean {
  return /^[\w-]{16,256}$/.test(text)
}

/** Takes a value as it is, or as a JSON string. @returns `undefined` for a value that cannot stand in a header */
function toToken(value: string | null): string | undefined {
  const text = value?.replace(/^"(.*)"$/s, '$1')
  return text !== undefined && /^[\x21-\x7e]{1,8192}$/.test(text) ? text : undefined
}
