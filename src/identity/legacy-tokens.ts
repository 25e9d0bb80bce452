import { readCookies } from '../session/cookies.ts'
import { createAnswered, type RedisCommands } from '../store/redis-store.ts'

/** A session that the original wrote. */
export interface LegacyToken {
  id: string
  accessToken: string
}

/** Sessions that the original wrote: the token of the SSO, in the clear, under a cookie's value. */
export interface LegacyTokens {
  find(cookieHeader: string | undefined): Promise<LegacyToken | undefined>
  /** Leaves the token a minute, for the requests that the browser sent at the same time. */
  retire(legacy: LegacyToken): Promise<void>
  /** Ends what the cookies name, at once. */
  end(cookieHeader: string | undefined): Promise<void>
}

const cookieName = 'assets_session_id'

/** The value for `set-cookie` that makes the browser forget the cookie of the original. */
export const forgetLegacyCookie = `${cookieName}=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax`

export function createLegacyTokens(
  redis: Pick<RedisCommands, 'get' | 'set' | 'del'>,
  timeoutMs: number,
): LegacyTokens {
  const answered = createAnswered(timeoutMs)
  const keyOf = (id: string) => `s3proxy__assets_session_id__${id}__sso_token`
  const idsIn = (cookieHeader: string | undefined) =>
    readCookies(cookieHeader, cookieName).filter((id) => /^[\w-]{16,256}$/.test(id))
  return {
    async find(cookieHeader) {
      for (const id of idsIn(cookieHeader)) {
        const accessToken = toToken(await answered(() => redis.get(keyOf(id))))
        if (accessToken !== undefined) return { id, accessToken }
      }
      return undefined
    },
    async retire({ id, accessToken }) {
      await answered(() => redis.set(keyOf(id), accessToken, 'PX', 60_000, 'XX'))
    },
    async end(cookieHeader) {
      for (const id of idsIn(cookieHeader)) await answered(() => redis.del(keyOf(id)))
    },
  }
}

/** The value as it is, or as a JSON string. @returns `undefined` for what cannot stand in a header */
function toToken(value: string | null): string | undefined {
  const text = value?.replace(/^"(.*)"$/s, '$1')
  return text !== undefined && /^[\x21-\x7e]{1,8192}$/.test(text) ? text : undefined
}
