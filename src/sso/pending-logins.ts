import { nameOf, newSecret, type Secret, seal, toSecret, unseal } from '../store/sealing.ts'
import type { Store } from '../store/store.ts'

/** The page that a login leads to, and the number of its restarts. */
export interface WayBack {
  /** Path and query of the request that it was for, byte for byte. */
  returnTo: string
  restarts: number
}

/** The part of a login that the state alone tells the browser that began it. */
export interface RecalledLogin extends WayBack {
  /** Whether its ten minutes are over. If they are not, the store has lost it before its time. */
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
  /** @returns the PKCE verifier for the first caller; `undefined` for every later one */
  claim(state: string, login: PendingLogin, browser: Secret): Promise<string | undefined>
  /** Reads from its state where a login was to end, for the browser that began it. The store may have forgotten it. */
  recall(state: string, browser: Secret): RecalledLogin | undefined
}

const lifetimeMs = 600_000
/** The longest way back that the state carries: it has to fit into URLs of the SSO. */
const maxReturnToCharacters = 1024

/**
 * Keeps logins under way, found by the hash of their state and sealed under it. Redis alone tells neither where
 * somebody wanted to go nor the verifier, which the browser's cookie seals as well.
 *
 * A state is a secret and, behind a `.`, the way back and the time, sealed under the browser's cookie. The browser
 * carries it, and it outlives the record without a byte in the store: anybody may begin logins.
 *
 * @param deployment the deployment that the logins belong to; none of them is found in another one
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

/** Checks what was unsealed: a neighbouring host may plant a cookie that it knows, and seal anything with it. */
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
