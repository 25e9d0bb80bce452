import { readCookie } from './cookies.ts'
import { answered, type RedisCommands } from './redis-store.ts'

/** Sessions that the original wrote: the token of the SSO, in the clear, under a cookie's value. */
export interface LegacyTokens {
  find(cookieHeader: string | undefined): Promise<{ id: string; accessToken: string } | undefined>
  /** Leaves the token a minute, for the requests that the browser sent at the same time. */
  retire(legacy: { id: string; accessToken: string }): Promise<void>
}

const cookieName = 'assets_session_id'

export function createLegacyTokens(redis: Pick<RedisCommands, 'get' | 'set'>): LegacyTokens {
  const keyOf = (id: string) => `s3proxy__assets_session_id__${id}__sso_token`
  return {
    async find(cookieHeader) {
      const id = readCookie(cookieHeader, cookieName)
      if (id === undefined || !/^[\w-]{16,128}$/.test(id)) return undefined
      const accessToken = await answered(redis.get(keyOf(id)))
      return accessToken === null ? undefined : { id, accessToken }
    },
    async retire({ id, accessToken }) {
      await answered(redis.set(keyOf(id), accessToken, 'PX', 60_000, 'XX'))
    },
  }
}
