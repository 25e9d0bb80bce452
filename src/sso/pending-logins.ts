import { nameOf, newSecret, type Secret, seal, toSecret, unseal } from '../store/sealing.ts'
import type { SessionStore } from '../store/store.ts'

/** A login that was begun and has not come back from the SSO. */
export interface PendingLogin {
  /** Path and query of the request that it was for, byte for byte. */
  returnTo: string
  redirectUri: string
  /** How often this login was begun again. */
  restarts: number
  /** Hash of the login cookie of the browser that it belongs to. */
  browser: string
  /** The PKCE verifier, sealed under the login cookie. */
  sealedVerifier: string
}

export interface BegunLogin {
  state: Secret
  codeVerifier: string
}

export interface PendingLogins {
  begin(
    login: { returnTo: string; redirectUri: string; restarts: number },
    browser: Secret,
  ): Promise<BegunLogin>
  find(state: string): Promise<PendingLogin | undefined>
  isOf(login: PendingLogin, browser: Secret): boolean
  /** @returns the PKCE verifier to the first who asks; `undefined` to everybody after */
  claim(state: string, login: PendingLogin, browser: Secret): Promise<string | undefined>
}

const lifetimeMs = 600_000

/**
 * Logins under way, found by the hash of their state, and sealed under it: Redis alone tells neither where
 * somebody wanted to go nor the verifier, which takes the browser's cookie too.
 */
export function createPendingLogins(store: SessionStore): PendingLogins {
  return {
    async begin(login, browser) {
      const state = newSecret()
      // 43 characters of base64url, as RFC 7636 section 4.1 wants a verifier.
      const codeVerifier: string = newSecret()
      const pending: PendingLogin = {
        ...login,
        browser: nameOf(browser),
        sealedVerifier: seal(codeVerifier, browser, 'pkce'),
      }
      await store.set(`login:${nameOf(state)}`, seal(JSON.stringify(pending), state, 'login'), lifetimeMs)
      return { state, codeVerifier }
    },
    async find(text) {
      const state = toSecret(text)
      if (state === undefined) return undefined
      const sealed = await store.get(`login:${nameOf(state)}`)
      const json = sealed === null ? undefined : unseal(sealed, state, 'login')
      return json === undefined ? undefined : (JSON.parse(json) as PendingLogin)
    },
    isOf: (login, browser) => login.browser === nameOf(browser),
    async claim(text, login, browser) {
      const state = toSecret(text)
      if (state === undefined) return undefined
      if (!(await store.claim(`claimed:${nameOf(state)}`, lifetimeMs))) return undefined
      return unseal(login.sealedVerifier, browser, 'pkce')
    },
  }
}
