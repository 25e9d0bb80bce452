import { createHash, randomBytes } from 'node:crypto'

/** Consent of a person to one client, as it stands behind a code or a token. */
export interface TokenGrant {
  readonly clientId: string
  readonly scope: string
  readonly subject: string
  readonly sid: string | undefined
  readonly nonce: string | undefined
}

interface CodeEntry {
  grant: TokenGrant
  redirectUri: string
  challenge: string
  isUsed: boolean
}

/** Codes and tokens, with the grant of each. */
export type TokenBook = ReturnType<typeof createTokenBook>

export function createTokenBook() {
  const codes = new Map<string, CodeEntry>()
  const access = new Map<string, { grant: TokenGrant; exp: number }>()
  const refresh = new Map<string, TokenGrant>()
  const given: { access: string[]; refresh: string[]; id: string[] } = { access: [], refresh: [], id: [] }
  return {
    given,
    addCode(grant: TokenGrant, redirectUri: string, challenge: string): string {
      const code = `code-${randomText()}`
      codes.set(code, { grant, redirectUri, challenge, isUsed: false })
      return code
    },
    /** Uses a code up, also where the rest is wrong. @see RFC 6749 section 4.1.3, RFC 7636 section 4.6 */
    useCode(form: URLSearchParams, clientId: string): TokenGrant | undefined {
      const entry = codes.get(form.get('code') ?? '')
      if (entry === undefined || entry.isUsed) return undefined
      entry.isUsed = true
      const isRight =
        entry.grant.clientId === clientId &&
        entry.redirectUri === form.get('redirect_uri') &&
        fitsChallenge(form.get('code_verifier'), entry.challenge)
      return isRight ? entry.grant : undefined
    },
    addAccess(token: string, grant: TokenGrant, exp: number): void {
      given.access.push(token)
      access.set(token, { grant, exp })
    },
    addRefresh(grant: TokenGrant, padding: string): string {
      const token = `refresh-${randomText()}${padding}`
      given.refresh.push(token)
      refresh.set(token, grant)
      return token
    },
    /** @returns the grant of a live access token */
    findAccess(token: string): { grant: TokenGrant; exp: number } | undefined {
      const entry = access.get(token)
      return entry !== undefined && entry.exp * 1000 > Date.now() ? entry : undefined
    },
    findRefresh: (token: string) => refresh.get(token),
    end(token?: string): void {
      if (token === undefined) {
        access.clear()
        refresh.clear()
        return
      }
      access.delete(token)
      refresh.delete(token)
    },
  }
}

/** @see RFC 7636 section 4.6 */
export function fitsChallenge(verifier: string | null, challenge: string): boolean {
  if (verifier === null || !/^[A-Za-z0-9._~-]{43,128}$/.test(verifier)) return false
  return createHash('sha256').update(verifier).digest('base64url') === challenge
}

export function randomText(): string {
  return randomBytes(18).toString('base64url')
}
