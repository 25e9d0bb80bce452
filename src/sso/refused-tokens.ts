import { hash } from 'node:crypto'
import type { Secret } from '../store/sealing.ts'
import type { Store } from '../store/store.ts'
import type { WayBack } from './pending-logins.ts'

/** A login that a browser began for a page, and whose token the SSO refuses. */
type RefusedLogin = Pick<WayBack, 'returnTo'>

/** Counts how often the SSO gave a browser a token for a page and then refused it. The count ends a circle of redirects. */
export interface RefusedTokens {
  /** Notes one more. @returns the number with this one */
  add(browser: Secret, login: RefusedLogin): Promise<number>
  forget(browser: Secret, login: RefusedLogin): Promise<void>
}

const lifetimeMs = 600_000

/**
 * Counts refused tokens in the store, because a browser that is sent back to its page brings nothing but its login cookie.
 *
 * A page has a count of its own, and tabs that were opened together do not use up each other's. Only a code that the SSO
 * has taken leads here: visitors who cannot sign in leave nothing in the store.
 */
export function createRefusedTokens(store: Store): RefusedTokens {
  return {
    add: (browser, login) => store.increment(keyOf(browser, login), 1, lifetimeMs),
    forget: (browser, login) => store.delete(keyOf(browser, login)),
  }
}

/** The hash tells nothing of the page, because the cookie in it is too long to be guessed. */
function keyOf(browser: Secret, { returnTo }: RefusedLogin): string {
  return `refused:${hash('sha256', `${browser} ${returnTo}`, 'base64url')}`
}
