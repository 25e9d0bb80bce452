import { type CookieSettings, cookieNameFor, readCookies, writeCookie } from './cookies.ts'
import { isSecret, nameOf, newSecret, type Secret, seal, unseal } from './sealing.ts'
import type { Session } from './session.ts'
import type { SessionStore } from './session-store.ts'

/** A session and the secret that found it. */
export interface OpenSession {
  session: Session
  secret: Secret
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

/** Sessions whose only key is the cookie: the store has a hash of it, and ciphertext. */
export function createSessions({ store, cookie, maxAgeSeconds, now }: SessionsOptions): Sessions {
  const remainingMs = (session: Session) => session.createdAt + maxAgeSeconds * 1000 - now()
  const keyOf = (secret: Secret) => `session:${nameOf(secret)}`

  async function open(secret: Secret): Promise<OpenSession | undefined> {
    const sealed = await store.get(keyOf(secret))
    const text = sealed === null ? undefined : unseal(sealed, secret, purpose)
    if (text === undefined) return undefined
    const session = JSON.parse(text) as Session
    return remainingMs(session) > 0 ? { session, secret } : undefined
  }

  return {
    async find(cookieHeader, isSecure) {
      const [secret, ...more] = readCookies(cookieHeader, cookieNameFor(cookie.name, isSecure)).filter(
        isSecret,
      )
      if (secret === undefined) return undefined
      if (more.length === 0) return open(secret)
      const found = await Promise.all([secret, ...more].map(open))
      return found.find((session) => session !== undefined)
    },
    async create(session, isSecure) {
      const secret = newSecret()
      const ageSeconds = Math.floor(remainingMs(session) / 1000)
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
