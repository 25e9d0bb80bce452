import type { BearerCheck } from './bearer-check.ts'

/** How bearer tokens are accepted. */
export interface BearerOptions {
  check: BearerCheck
  /** The scopes that every token must have. */
  scopes: readonly string[]
  /** The audiences of which a token has one, where that is checked. */
  audience?: readonly string[] | undefined
  /** The issuer of the tokens, where it is known. */
  issuer?: string | undefined
  /** The public client that terminals sign in with. */
  terminalClientId?: string | undefined
}
