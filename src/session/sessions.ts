import { isSecret, nameOf, newSecret, type Secret, seal, unseal } from '../store/sealing.ts'
import type { SessionStore } from '../store/store.ts'
import { type CookieSettings, cookieNameFor, readCookies, writeCookie } from './cookies.ts'
import { createRecent } from './recent.ts'
import type { Session } from './session.ts'

/** A session and the secret that found it. */
export interface OpenSession {
  readonly session: Readonly<Session>
  readonly secret: Secret
}

export interface Sessions {
  /** The session that a request's cookies name; one round trip to the store, none without a cookie of ours. */
  find(cookieHeader: string | undefined, isSecure: boolean): Promise<OpenSession | undefined>
  /** @returns the value for `set-cookie` */
  create(session: Session, isSecure: boolean): Promise<string>
  update(open: OpenSession): Promise<void>
  delete(secret: Secret): Promise<void>
  /** The value for `set-cookie` that makes the browser forget its session. */
  forget(isSecure: boolean): string
}

export interface SessionsOptions {
  store: SessionStore
  cookie: CookieSettings
  maxAgeSeconds: number
  now(): number
}

const purpose = 'session'
/** So many sessions are kept open, half a kilobyte each. */
const recentSessions = 2000

/** Sessions whose only key is the cookie: the store has a hash of it, and ciphertext. */
export function createSessions({ store, cookie, maxAgeSeconds, now }: SessionsOptions): Sessions {
  const remainingMs = (session: Session) => session.createdAt + maxAgeSeconds * 1000 - now()
  const keyOf = (secret: Secret) => `session:${nameOf(secret)}`
  const recent = createRecent<OpenSession>(recentSessions)

  async function open(secret: Secret): Promise<OpenSession | undefined> {
    const sealed = await store.get(keyOf(secret))
    const opened = sealed === null ? undefined : unsealed(sealed, secret)
    return opened !== undefined && remainingMs(opened.session) > 0 ? opened : undefined
  }

  /** Each value is opened once, and not again for every request that the store answers with the same. */
  function unsealed(sealed: string, secret: Secret): OpenSession | undefined {
    const before = recent.get(sealed)
    if (before?.secret === secret) return before
    const text = unseal(sealed, secret, purpose)
    if (text === undefined) return undefined
    const opened: OpenSession = { session: JSON.parse(text) as Session, secret }
    recent.set(sealed, opened)
    return opened
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
      // Rounded up: the browser may keep the cookie a moment longer, the session has its own end.
      const ageSeconds = Math.ceil(remainingMs(session) / 1000)
      await store.set(keyOf(secret), seal(JSON.stringify(session), secret, purpose), remainingMs(session))
      return writeCookie(cookie, secret, ageSeconds, isSecure)
    },
    async update({ session, secret }) {
      await store.replace(keyOf(secret), seal(JSON.stringify(session), secret, purpose), remainingMs(session))
    },
    delete: (secret) => store.delete(keyOf(secret)),
    forget: (isSecure) => writeCookie(cookie, '', 0, isSecure),
  }
}
