import { S3ProxyError } from '../errors.ts'
import { fetchJson } from '../http/bounded-fetch.ts'
import type { Issuer } from '../issuer/issuer.ts'
import { noAnswerIn, openidClient } from '../issuer/openid-configuration.ts'
import type { Grant } from '../session/session.ts'
import { type IdToken, readIdToken, readRefreshedIdToken, refusal } from './id-token.ts'
import { type OidcClient, oidcAuthentication } from './oidc-authentication.ts'
import { nonceOf } from './oidc-nonce.ts'
import type { SsoCalls, Tokens } from './sso-calls.ts'
import { badToken, refreshedIn, type TokenAnswer, tokensIn } from './token-answer.ts'

export interface OidcTokenEndpointOptions extends OidcClient {
  issuer: Issuer
  timeoutMs: number
  userAgent: string
  now(): number
}

/** Tokens of one answer. */
export interface OidcTokens {
  tokens: Tokens & Pick<Grant, 'idToken' | 'unverifiedIdToken'>
  /** The content of the id token, where there is one that is verified. */
  idToken: IdToken | undefined
}

const what = 'the answer of the token endpoint of the SSO'
const option = 'sso.issuer'

/** Asks the token endpoint of an OpenID provider through openid-client, and verifies the id tokens of its answers. */
export function createOidcTokenEndpoint(
  options: OidcTokenEndpointOptions,
): Pick<SsoCalls<OidcTokens>, 'exchangeCode' | 'refresh'> {
  const { issuer, clientId, timeoutMs, userAgent, now } = options

  /** @returns the answer, and why openid-client does not take it where it does not */
  async function ask(grantType: string, form: Record<string, string>): Promise<Asked> {
    const metadata = await issuer.metadata()
    if (metadata.token_endpoint === undefined) throw withoutEndpoint('token_endpoint')
    let answer: TokenAnswer | undefined
    const { client, configuration } = await openidClient({
      ...{ metadata, clientId },
      authentication: oidcAuthentication(metadata, options),
      async ask(url, sent, headers) {
        const { status, text, object, retryAfterSeconds } = await fetchJson(
          { url, method: 'POST', headers, body: sent.toString() },
          { what, option, timeoutMs, userAgent, now },
        )
        const payload = object && withoutNulls(object)
        answer = { status, payload, retryAfterSeconds, option }
        // Some SSOs send JSON as text/html.
        const body = payload === undefined ? text : JSON.stringify(payload)
        return new Response(body === '' ? null : body, { status, headers: json })
      },
    })
    const asked = client.genericGrantRequest(configuration, grantType, form)
    const refused = await asked.then(
      () => undefined,
      (error: unknown) => error ?? 'refused',
    )
    if (answer !== undefined) return { answer, refused }
    throw noAnswerIn(refused) ?? refused
  }

  /** @param read verifies an id token; `undefined` where that has to wait */
  async function verify(
    tokens: Tokens,
    { answer, refused }: Asked,
    read: (jwt: string) => Promise<IdToken | undefined>,
  ): Promise<OidcTokens> {
    const { id_token: jwt } = (answer.payload ?? {}) as { id_token?: unknown }
    if (jwt !== undefined && typeof jwt !== 'string') throw refusal('is not a text')
    const idToken = jwt === undefined ? undefined : await read(jwt)
    if (refused !== undefined)
      throw badToken(`gave an answer that is not OpenID Connect${codeIn(refused)} (${option})`)
    if (jwt === undefined) return { tokens, idToken }
    return { tokens: { ...tokens, [idToken === undefined ? 'unverifiedIdToken' : 'idToken']: jwt }, idToken }
  }

  return {
    async exchangeCode({ code, codeVerifier, redirectUri }) {
      const askedAt = now()
      const form = { code, redirect_uri: redirectUri, code_verifier: codeVerifier }
      const asked = await ask('authorization_code', form)
      const nonce = nonceOf(codeVerifier)
      return verify(tokensIn(asked.answer, askedAt), asked, (jwt) =>
        readIdToken(jwt, issuer, { clientId, nonce }),
      )
    },
    async refresh(refreshToken) {
      const askedAt = now()
      const asked = await ask('refresh_token', { refresh_token: refreshToken })
      const refreshed = refreshedIn(asked.answer, askedAt)
      if (refreshed.kind === 'rejected') return refreshed
      // The refresh token before may be spent: keys that are away must not lose the new one.
      const read = (jwt: string) => readRefreshedIdToken(jwt, issuer, clientId)
      return { kind: 'known', tokens: await verify(refreshed.tokens, asked, read) }
    },
  }
}

interface Asked {
  answer: TokenAnswer
  refused: unknown
}

const json = { 'content-type': 'application/json' }

/** Takes members that are null for missing, as some servers send what they do not give. */
function withoutNulls(payload: object): object {
  return Object.fromEntries(Object.entries(payload).filter(([, value]) => value !== null))
}

/** The discovery document has no such address. */
export function withoutEndpoint(name: string): S3ProxyError {
  return new S3ProxyError('SSO_BAD_ANSWER', `the discovery document of the SSO has no ${name} (${option})`)
}

/** The code of an error of openid-client. Its message may quote the answer. */
function codeIn(error: unknown): string {
  const { code } = error as { code?: unknown }
  return typeof code === 'string' && /^\w{1,60}$/.test(code) ? `: ${code}` : ''
}
