import { createHash, randomBytes } from 'node:crypto'
import type { RefreshTokens } from './sso-stand-in-types.ts'

interface Grant {
  redirectUri: string
  challenge: string
  person: string | undefined
  isUsed: boolean
}

/** The tokens of one login. */
interface Family {
  person: string | undefined
  accessToken: string
  /** Those that are not spent. */
  refreshTokens: Set<string>
}

/** The tokens of an answer. Those of a refresh are valid from `commit` on, which spends the old ones. */
export interface NewTokens {
  token: string
  refreshToken?: string | undefined
  commit(): void
}

/** The answer of the token endpoint: tokens, or status and error of RFC 6749 section 5.2. */
export type TokenAnswer = NewTokens | { status: number; error: string }

export interface GrantsOptions {
  id: string
  secret: string
  refreshTokens: RefreshTokens
  expiresInSeconds(): number
}

/** Codes and tokens, and the rules by which one becomes the other. */
export function createGrants(options: GrantsOptions) {
  const grants = new Map<string, Grant>()
  /** The times when tokens expire. */
  const valid = new Map<string, number>()
  const owners = new Map<string, string>()
  const families = new Map<string, Family>()
  const [codes, tokens]: [string[], string[]] = [[], []]

  function issueToken(person?: string): string {
    const token = newText('token')
    validate(token, person)
    return token
  }

  function validate(token: string, person: string | undefined): void {
    tokens.push(token)
    if (person !== undefined) owners.set(token, person)
    valid.set(token, Date.now() + options.expiresInSeconds() * 1000)
  }

  /** @see RFC 6749 section 4.1.3, RFC 7636 section 4.6 */
  function exchangeCode(form: URLSearchParams): TokenAnswer {
    const grant = grants.get(form.get('code') ?? '')
    if (grant === undefined || grant.isUsed) return refused('invalid_grant')
    // A code that was shown once is worth nothing any more, whatever came with it.
    grant.isUsed = true
    if (form.get('redirect_uri') !== grant.redirectUri) return refused('invalid_grant')
    const verifier = form.get('code_verifier') ?? ''
    const isShaped = /^[A-Za-z0-9._~-]{43,128}$/.test(verifier)
    const challenge = createHash('sha256').update(verifier).digest('base64url')
    if (!isShaped || challenge !== grant.challenge) return refused('invalid_grant')
    const { person } = grant
    const token = issueToken(person)
    if (options.refreshTokens === 'none') return { token, commit() {} }
    const refreshToken = newText('refresh')
    families.set(refreshToken, { person, accessToken: token, refreshTokens: new Set([refreshToken]) })
    return { token, refreshToken, commit() {} }
  }

  /** A refresh revokes the access token before. A spent refresh token revokes everything of its login. @see RFC 9700 section 4.14 */
  function refresh(form: URLSearchParams): TokenAnswer {
    const before = form.get('refresh_token') ?? ''
    const family = families.get(before)
    if (family === undefined) return refused('invalid_grant')
    if (!family.refreshTokens.has(before)) {
      valid.delete(family.accessToken)
      family.refreshTokens.clear()
      return refused('invalid_grant')
    }
    const token = newText('token')
    const refreshToken = options.refreshTokens === 'rotating' ? newText('refresh') : undefined
    const commit = () => {
      valid.delete(family.accessToken)
      validate(token, family.person)
      family.accessToken = token
      if (refreshToken === undefined) return
      family.refreshTokens.delete(before)
      family.refreshTokens.add(refreshToken)
      families.set(refreshToken, family)
    }
    return { token, refreshToken, commit }
  }

  return {
    codes,
    tokens,
    issueToken: () => issueToken(),
    revoke(token?: string) {
      for (const one of token === undefined ? tokens : [token]) valid.delete(one)
    },
    revokeRefreshTokens() {
      for (const family of families.values()) family.refreshTokens.clear()
    },
    isValid: (token: string) => (valid.get(token) ?? 0) > Date.now(),
    /** @returns the name of the person whose token it is, where the login named one */
    ownerOf: (token: string) => owners.get(token),
    issueCode(redirectUri: string, challenge: string, person?: string): string {
      const code = newText('code')
      codes.push(code)
      grants.set(code, { redirectUri, challenge, person, isUsed: false })
      return code
    },
    exchange(form: URLSearchParams): TokenAnswer {
      if ([...form.keys()].some((name) => form.getAll(name).length > 1)) return refused('invalid_request')
      if (form.get('client_id') !== options.id || form.get('client_secret') !== options.secret)
        return { status: 401, error: 'invalid_client' }
      switch (form.get('grant_type')) {
        case 'authorization_code':
          return exchangeCode(form)
        case 'refresh_token':
          return refresh(form)
        default:
          return refused('unsupported_grant_type')
      }
    },
  }
}

export type Grants = ReturnType<typeof createGrants>

function newText(kind: string): string {
  return `${kind}-${randomBytes(18).toString('base64url')}`
}

function refused(error: string): TokenAnswer {
  return { status: 400, error }
}
