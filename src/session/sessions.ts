import { unlessUnavailable } from '../store/is-unavailable.ts'
import { isSecret, nameOf, newSecret, type Secret, seal, unseal } from '../store/sealing.ts'
import type { Store } from '../store/store.ts'
import { type CookieSettings, cookieNameFor, readCookies, writeCookie } from './cookies.ts'
import { createRecentCache } from './recent-cache.ts'
import type { Session } from './session.ts'
import { isFoundAlike, type SessionIndex, sessionKey } from './session-index.ts'
import { decodeSession, encodeSession } from './session-record.ts'

/** A session and the secret that found it. */
export interface OpenSession {
  readonly session: Session
  readonly secret: Secret
  /** The hash of the secret, which names the session in the store. */
  readonly name: string
  /** The value in the store that it was read from. */
  readonly sealed: string
  /** The end by the clock that never jumps. The session ends no later, whatever happens to the wall clock. */
  readonly endsAtMs: number
}

export interface Sessions {
  /** Finds the session that a request's cookies name. It takes one round trip to the store, and none without a cookie. */
  find(cookieHeader: string | undefined, isSecure: boolean): Promise<OpenSession | undefined>
  /** @returns the value for `set-cookie` */
  create(session: Session, isSecure: boolean): Promise<string>
  /** Writes a session over the one that the store has, where it still has one. */
  update(open: OpenSession): Promise<void>
  /**
   * Writes `session` where nobody has changed the one that was found.
   *
   * @returns `undefined` where somebody has changed or ended it
   */
  swap(open: OpenSession, session: Session): Promise<OpenSession | undefined>
  /** Reads a session again. @returns `undefined` where it has ended */
  again(open: OpenSession): Promise<OpenSession | undefined>
  /** Ends a session where nobody has changed the one that was found. */
  deleteUnchanged(open: OpenSession): Promise<void>
  /**
   * Notes that a session is in use, which `find` does by itself. It is cheap, and the store is told of it now and then.
   *
   * @param name of a session that was found here
   */
  noteUse(name: string): void
  delete(open: Pick<OpenSession, 'name' | 'session'>): Promise<void>
  /** Tells which of the named sessions are in the store, with one command to it. */
  existing(names: readonly string[]): Promise<boolean[]>
  /** @returns the value for `set-cookie` that makes the browser forget its session */
  forget(isSecure: boolean): string
}

export interface SessionsOptions {
  store: Store
  /** Finds sessions without their cookies. */
  index: Pick<SessionIndex, 'add' | 'remove'>
  cookie: CookieSettings
  maxAgeSeconds: number
  /** The time after which a session ends that nobody uses; without it none ends so. */
  idleTimeoutSeconds?: number | undefined
  /** The deployment that the sessions belong to. None of them opens in another one. */
  deployment: string
  now(): number
  /** Milliseconds of a clock that never jumps. */
  elapsedMs(): number
}

/** The number of sessions that are kept open, most of them of one or two kilobytes. */
const recentSessions = 2000
/** A session with a longer value counts for several. */
const recentCharacters = 8192
/** The store is told that a session is in use once in this part of the idle timeout. */
const tellsOfUse = 10
/** Wait before the store is told again that could not be told. */
const tellAgainMs = 1000

/** Creates sessions whose only key is the cookie: the store has a hash of the cookie, and ciphertext. */
export function createSessions({
  store,
  index,
  cookie,
  maxAgeSeconds,
  idleTimeoutSeconds,
  deployment,
  now,
  elapsedMs,
}: SessionsOptions): Sessions {
  const purpose = `session ${deployment}`
  const maxAgeMs = maxAgeSeconds * 1000
  /** At most the whole age: after the wall clock was set back, an older session seems to begin in the future. */
  const remainingMs = (session: Session) => Math.min(maxAgeMs, session.createdAt + maxAgeMs - now())
  const recent = createRecentCache<OpenSession>(recentSessions, (sealed) =>
    Math.max(1, sealed.length / recentCharacters),
  )
  /** The ends of sessions, by their names. */
  const ends = createRecentCache<number>(10 * recentSessions)
  const idleMs = idleTimeoutSeconds === undefined ? Number.POSITIVE_INFINITY : idleTimeoutSeconds * 1000
  /** The times of the next notes of use, by the names of sessions. */
  const nextNotes = createRecentCache<number>(10 * recentSessions)

  async function open(secret: Secret): Promise<OpenSession | undefined> {
    const name = nameOf(secret)
    const sealed = await store.get(sessionKey(name))
    const opened = sealed === null ? undefined : unsealed(sealed, secret, name)
    const isLive = opened !== undefined && remainingMs(opened.session) > 0 && elapsedMs() < opened.endsAtMs
    if (!isLive) return undefined
    tellOfUse(opened)
    return opened
  }

  function leftMs({ session, endsAtMs }: OpenSession): number {
    return Math.min(remainingMs(session), endsAtMs - elapsedMs())
  }

  function tellOfUse({ name, endsAtMs }: Pick<OpenSession, 'name' | 'endsAtMs'>): void {
    if (idleTimeoutSeconds === undefined) return
    const nowMs = elapsedMs()
    if (nowMs < (nextNotes.get(name) ?? Number.NEGATIVE_INFINITY)) return
    nextNotes.set(name, nowMs + idleMs / tellsOfUse)
    // A store that takes no writes ends no request.
    store.touch(sessionKey(name), Math.min(idleMs, endsAtMs - nowMs)).catch((error) => {
      unlessUnavailable(error)
      nextNotes.set(name, elapsedMs() + tellAgainMs)
    })
  }

  /** Opens each value once, and not for every request that the store answers with it. */
  function unsealed(sealed: string, secret: Secret, name: string): OpenSession | undefined {
    const before = recent.get(sealed)
    if (before?.secret === secret) return before
    const text = unseal(sealed, secret, purpose)
    const session = text === undefined ? undefined : decodeSession(text)
    if (session === undefined) return undefined
    const opened: OpenSession = { session, secret, name, sealed, endsAtMs: endOf(session, name) }
    recent.set(sealed, opened)
    return opened
  }

  /** The first end that was found stays, also after a check was noted in the session. */
  function endOf(session: Session, name: string): number {
    const endsAtMs = Math.min(ends.get(name) ?? Number.POSITIVE_INFINITY, elapsedMs() + remainingMs(session))
    ends.set(name, endsAtMs)
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
      const name = nameOf(secret)
      endOf(session, name)
      const wholeMs = remainingMs(session)
      // Rounding up lets the browser keep the cookie a moment longer; the session has its own end.
      const ageSeconds = Math.ceil(wholeMs / 1000)
      const sealed = seal(encodeSession(session), secret, purpose)
      await Promise.all([
        store.set(sessionKey(name), sealed, Math.min(idleMs, wholeMs)),
        index.add(name, session, wholeMs),
      ])
      return writeCookie(cookie, secret, ageSeconds, isSecure)
    },
    async update(open) {
      const { session, secret, name } = open
      const lifeMs = Math.min(idleMs, leftMs(open))
      await store.replace(sessionKey(name), seal(encodeSession(session), secret, purpose), lifeMs)
    },
    async swap(open, session) {
      const { secret, name } = open
      const sealed = seal(encodeSession(session), secret, purpose)
      const lifeMs = Math.min(idleMs, leftMs(open))
      const isSwapped = await store.swap(sessionKey(name), open.sealed, sealed, lifeMs)
      // The SSO may name the person or the login in another way by now.
      if (isSwapped && !isFoundAlike(open.session, session)) await index.add(name, session, leftMs(open))
      return isSwapped ? { ...open, session, sealed } : undefined
    },
    again: ({ secret }) => open(secret),
    deleteUnchanged: ({ name, sealed }) => store.release(sessionKey(name), sealed),
    noteUse(name) {
      const endsAtMs = ends.get(name)
      if (endsAtMs !== undefined) tellOfUse({ name, endsAtMs })
    },
    async delete({ name, session }) {
      await Promise.all([store.delete(sessionKey(name)), index.remove(name, session)])
    },
    existing: (names) => store.existing(names.map(sessionKey)),
    forget: (isSecure) => writeCookie(cookie, '', 0, isSecure),
  }
}
