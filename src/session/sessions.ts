import { isSecret, nameOf, newSecret, type Secret, seal, unseal } from '../store/sealing.ts'
import type { Store } from '../store/store.ts'
import { type CookieSettings, cookieNameFor, readCookies, writeCookie } from './cookies.ts'
import { createRecentCache } from './recent-cache.ts'
import type { Session } from './session.ts'
import { decodeSession, encodeSession } from './session-record.ts'

/** A session and the secret that found it. */
export interface OpenSession {
  readonly session: Session
  readonly secret: Secret
  /** The hash of the secret, which names the session in the store. */
  readonly name: string
  /** The end by the clock that never jumps. The session ends no later, whatever happens to the wall clock. */
  readonly endsAtMs: number
}

export interface Sessions {
  /** Finds the session that a request's cookies name. It takes one round trip to the store, and none without a cookie. */
  find(cookieHeader: string | undefined, isSecure: boolean): Promise<OpenSession | undefined>
  /** @returns the value for `set-cookie` */
  create(session: Session, isSecure: boolean): Promise<string>
  update(open: OpenSession): Promise<void>
  delete(secret: Secret): Promise<void>
  /** @returns the value for `set-cookie` that makes the browser forget its session */
  forget(isSecure: boolean): string
}

export interface SessionsOptions {
  store: Store
  cookie: CookieSettings
  maxAgeSeconds: number
  /** The deployment that the sessions belong to. None of them opens in another one. */
  deployment: string
  now(): number
  /** Milliseconds of a clock that never jumps. */
  elapsedMs(): number
}

/** The number of sessions that are kept open, most of them of one or two kilobytes. */
const recentSessions = 2000
/** A longer value is opened for each request: many of them would take too much memory. */
const maxRecentCharacters = 8192

/** Creates sessions whose only key is the cookie: the store has a hash of the cookie, and ciphertext. */
export function createSessions({
  store,
  cookie,
  maxAgeSeconds,
  deployment,
  now,
  elapsedMs,
}: SessionsOptions): Sessions {
  const purpose = `session ${deployment}`
  const maxAgeMs = maxAgeSeconds * 1000
  /** At most the whole age: after the wall clock was set back, an older session seems to begin in the future. */
  const remainingMs = (session: Session) => Math.min(maxAgeMs, session.createdAt + maxAgeMs - now())
  const keyOf = (name: string) => `session:${name}`
  const recent = createRecentCache<OpenSession>(recentSessions)
  const ends = createRecentCache<number>(10 * recentSessions)

  async function open(secret: Secret): Promise<OpenSession | undefined> {
    const name = nameOf(secret)
    const sealed = await store.get(keyOf(name))
    const opened = sealed === null ? undefined : unsealed(sealed, secret, name)
    const isLive = opened !== undefined && remainingMs(opened.session) > 0 && elapsedMs() < opened.endsAtMs
    return isLive ? opened : undefined
  }

  /** Opens each value once, and not for every request that the store answers with it. */
  function unsealed(sealed: string, secret: Secret, name: string): OpenSession | undefined {
    const before = recent.get(sealed)
    if (before?.secret === secret) return before
    const text = unseal(sealed, secret, purpose)
    const session = text === undefined ? undefined : decodeSession(text)
    if (session === undefined) return undefined
    const opened: OpenSession = { session, secret, name, endsAtMs: endOf(session, secret) }
    if (sealed.length <= maxRecentCharacters) recent.set(sealed, opened)
    return opened
  }

  /** The first end that was found stays, also after a check was noted in the session. */
  function endOf(session: Session, secret: Secret): number {
    const endsAtMs = Math.min(
      ends.get(secret) ?? Number.POSITIVE_INFINITY,
      elapsedMs() + remainingMs(session),
    )
    ends.set(secret, endsAtMs)
    return endsAtMs
  }

  async function findFirst(secrets: Secret[]): Promise<OpenSession | undefined> {
    const found = await Promise.all(secrets.map(open))
    return found.find((session) => session !== undefined)
  }

  return {
    find(cookieHeader, isSecure) {
      const secrets = readCookies(cookieHeader, cookieNameFor(cookie.name, isSecure)).filter(isSecret)
      return secrets.length === 1 ? open(secrets[0] as Secret) : findFirst(secrets)
    },
    async create(session, isSecure) {
      const secret = newSecret()
      endOf(session, secret)
      // Rounding up lets the browser keep the cookie a moment longer; the session has its own end.
      const ageSeconds = Math.ceil(remainingMs(session) / 1000)
      await store.set(
        keyOf(nameOf(secret)),
        seal(encodeSession(session), secret, purpose),
        remainingMs(session),
      )
      return writeCookie(cookie, secret, ageSeconds, isSecure)
    },
    async update({ session, secret, name, endsAtMs }) {
      const leftMs = Math.min(remainingMs(session), endsAtMs - elapsedMs())
      await store.replace(keyOf(name), seal(encodeSession(session), secret, purpose), leftMs)
    },
    delete: (secret) => store.delete(keyOf(nameOf(secret))),
    forget: (isSecure) => writeCookie(cookie, '', 0, isSecure),
  }
}
