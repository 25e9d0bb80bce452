import { nameOf, newSecret, type Secret, seal, toSecret, unseal } from '../store/sealing.ts'
import type { Store } from '../store/store.ts'

/** Where a login is to end, and how often it was begun again. */
export interface WayBack {
  /** Path and query of the request that it was for, byte for byte. */
  returnTo: string
  restarts: number
}

/** What the state tells of a login to the browser that began it. */
export interface RecalledLogin extends WayBack {
  /** Whether its ten minutes are over. Else the store has lost it before its time. */
  isOver: boolean
}

/** A login that was begun and has not come back from the SSO. */
export interface PendingLogin extends WayBack {
  redirectUri: string
  /** Hash of the login cookie of the browser that it belongs to. */
  browser: string
  /** The PKCE verifier, sealed under the login cookie. */
  sealedVerifier: string
}

export interface BegunLogin {
  state: string
  codeVerifier: string
}

export interface PendingLogins {
  begin(login: WayBack & { redirectUri: string }, browser: Secret): Promise<BegunLogin>
  find(state: string): Promise<PendingLogin | undefined>
  isOf(login: PendingLogin, browser: Secret): boolean
  /** @returns the PKCE verifier to the first who asks; `undefined` to everybody after */
  claim(state: string, login: PendingLogin, browser: Secret): Promise<string | undefined>
  /** What a login was for that the store has forgotten, to the browser that began it. */
  recall(state: string, browser: Secret): RecalledLogin | undefined
}

const lifetimeMs = 600_000
/** Longer ones are not in the state, which has to fit into URLs of the SSO. */
const maxReturnToCharacters = 1024

/**
 * Logins under way, found by the hash of their state, and sealed under it: Redis alone tells neither where
 * somebody wanted to go nor the verifier, which takes the browser's cookie too.
 *
 * A state is a secret and, behind a `.`, the way back and the time, sealed under the browser's cookie. The browser
 * carries it, so that it outlives the record in the store without a byte there: anybody may begin logins.
 *
 * @param deployment what the logins belong to: with another one, none of them is found
 */
export function createPendingLogins(store: Store, deployment: string, now: () => number): PendingLogins {
  const purposes = {
    login: `login ${deployment}`,
    pkce: `pkce ${deployment}`,
    wayBack: `way-back ${deployment}`,
  }
  return {
    async begin(login, browser) {
      const secret = newSecret()
      // 43 characters of base64url, as RFC 7636 section 4.1 wants a verifier.
      const codeVerifier: string = newSecret()
      const pending: PendingLogin = {
        ...login,
        browser: nameOf(browser),
        sealedVerifier: seal(codeVerifier, browser, purposes.pkce),
      }
      const begunAt = now()
      await store.set(
        `login:${nameOf(secret)}`,
        seal(JSON.stringify(pending), secret, purposes.login),
        lifetimeMs,
      )
      return { state: secret + sealedWayBack({ ...login, begunAt }, browser, purposes.wayBack), codeVerifier }
    },
    async find(state) {
      const secret = secretIn(state)
      if (secret === undefined) return undefined
      const sealed = await store.get(`login:${nameOf(secret)}`)
      const json = sealed === null ? undefined : unseal(sealed, secret, purposes.login)
      return json === undefined ? undefined : (JSON.parse(json) as PendingLogin)
    },
    isOf: (login, browser) => login.browser === nameOf(browser),
    async claim(state, login, browser) {
      const secret = secretIn(state)
      if (secret === undefined) return undefined
      if (!(await store.claim(`claimed:${nameOf(secret)}`, lifetimeMs))) return undefined
      return unseal(login.sealedVerifier, browser, purposes.pkce)
    },
    recall(state, browser) {
      const dot = state.indexOf('.')
      if (dot === -1 || state.length > 4 * maxReturnToCharacters) return undefined
      const json = unseal(state.slice(dot + 1), browser, purposes.wayBack)
      const wayBack = json === undefined ? undefined : (JSON.parse(json) as Partial<DatedWayBack>)
      if (!isWayBack(wayBack)) return undefined
      const { returnTo, restarts, begunAt } = wayBack
      return { returnTo, restarts, isOver: now() - begunAt >= lifetimeMs }
    },
  }
}

interface DatedWayBack extends WayBack {
  /** Milliseconds since 1970. */
  begunAt: number
}

/** A neighbouring host may plant a cookie that it knows, and seal with it whatever it likes. */
function isWayBack(value: Partial<DatedWayBack> | undefined): value is DatedWayBack {
  return (
    typeof value?.returnTo === 'string' &&
    /^\/[!-~\x80-\xff]*$/.test(value.returnTo) &&
    Number.isSafeInteger(value.restarts) &&
    Number.isSafeInteger(value.begunAt)
  )
}

function sealedWayBack(login: DatedWayBack, browser: Secret, purpose: string): string {
  const { returnTo, restarts, begunAt } = login
  if (returnTo.length > maxReturnToCharacters) return ''
  const wayBack: DatedWayBack = { returnTo, restarts, begunAt }
  return `.${seal(JSON.stringify(wayBack), browser, purpose)}`
}

function secretIn(state: string): Secret | undefined {
  const dot = state.indexOf('.')
  return toSecret(dot === -1 ? state : state.slice(0, dot))
}
