import { createHash, randomBytes } from 'node:crypto'

interface Grant {
  redirectUri: string
  challenge: string
  isUsed: boolean
}

/** The answer of the token endpoint: a token, or status and error of RFC 6749 section 5.2. */
export type TokenAnswer = { token: string } | { status: number; error: string }

/** Codes and tokens, and the rules by which one becomes the other. */
export function createGrants(client: { id: string; secret: string }) {
  const grants = new Map<string, Grant>()
  const valid = new Set<string>()
  const [codes, tokens]: [string[], string[]] = [[], []]

  function issueToken(): string {
    const token = `token-${randomBytes(18).toString('base64url')}`
    tokens.push(token)
    valid.add(token)
    return token
  }

  return {
    codes,
    tokens,
    issueToken,
    revoke(token?: string) {
      for (const one of token === undefined ? tokens : [token]) valid.delete(one)
    },
    isValid: (token: string) => valid.has(token),
    issueCode(redirectUri: string, challenge: string): string {
      const code = `code-${randomBytes(18).toString('base64url')}`
      codes.push(code)
      grants.set(code, { redirectUri, challenge, isUsed: false })
      return code
    },
    /** @see RFC 6749 section 4.1.3, RFC 7636 section 4.6 */
    exchange(form: URLSearchParams): TokenAnswer {
      if ([...form.keys()].some((name) => form.getAll(name).length > 1)) return refused('invalid_request')
      if (form.get('client_id') !== client.id || form.get('client_secret') !== client.secret)
        return { status: 401, error: 'invalid_client' }
      if (form.get('grant_type') !== 'authorization_code') return refused('unsupported_grant_type')
      const grant = grants.get(form.get('code') ?? '')
      if (grant === undefined || grant.isUsed) return refused('invalid_grant')
      // A code that was shown once is worth nothing any more, whatever came with it.
      grant.isUsed = true
      if (form.get('redirect_uri') !== grant.redirectUri) return refused('invalid_grant')
      const verifier = form.get('code_verifier') ?? ''
      const isShaped = /^[A-Za-z0-9._~-]{43,128}$/.test(verifier)
      const challenge = createHash('sha256').update(verifier).digest('base64url')
      return isShaped && challenge === grant.challenge ? { token: issueToken() } : refused('invalid_grant')
    },
  }
}

export type Grants = ReturnType<typeof createGrants>

function refused(error: string): TokenAnswer {
  return { status: 400, error }
}
