import { jsonObjectIn } from '../../../http/json-object.ts'
import { aheadOf } from '../../../sso/token-times.ts'

/** A token that a person has got for one proxy, as it is kept. Times are milliseconds since 1970. */
export interface TokenRecord {
  /** Origin of the proxy. */
  origin: string
  issuer: string
  clientId: string
  /** The scope that was asked for; empty where none was. */
  scope: string
  /** The resource that was asked for (RFC 8707), where the proxy wants that. */
  resource?: string | undefined
  accessToken: string
  refreshToken?: string | undefined
  /** The end of the access token, where the SSO tells it. */
  expiresAt?: number | undefined
  /** The time from which the refresh token is used. */
  renewAt?: number | undefined
}

/** The part of an answer of a token endpoint that is kept. */
export interface TokenAnswer {
  access_token: string
  refresh_token?: string | undefined
  /** Seconds. */
  expires_in?: number | undefined
}

const version = 1

/**
 * Makes the record of a token that the SSO has just given. The refresh token of the record before stays where the answer
 * has none (RFC 6749 section 6).
 */
export function recordOfAnswer(
  asked: Omit<TokenRecord, 'accessToken' | 'expiresAt' | 'renewAt'>,
  { access_token: accessToken, refresh_token: refreshToken, expires_in: seconds }: TokenAnswer,
  nowMs: number,
): TokenRecord {
  const record = { ...asked, accessToken, refreshToken: refreshToken ?? asked.refreshToken }
  if (seconds === undefined) return record
  const lifeMs = seconds * 1000
  const expiresAt = nowMs + lifeMs
  return { ...record, expiresAt, renewAt: expiresAt - aheadOf(lifeMs) }
}

/** Tells whether a token can stand in a header. @see RFC 6750 section 2.1 */
export function isToken(text: string): boolean {
  return /^[\x21-\x7e]+$/.test(text)
}

export function formatRecord(record: TokenRecord): string {
  return `${JSON.stringify({ version, ...record }, undefined, 2)}\n`
}

/** Parses a record. @returns `undefined` for anything else, and for a record of another version */
export function parseRecord(text: string): TokenRecord | undefined {
  const read = jsonObjectIn(text)
  if (read?.version !== version) return undefined
  const { origin, issuer, clientId, scope, resource, accessToken, refreshToken, expiresAt, renewAt } = read
  const isComplete = [origin, issuer, clientId, scope, accessToken].every(
    (value) => typeof value === 'string',
  )
  const isFitting =
    [resource, refreshToken].every((value) => value === undefined || typeof value === 'string') &&
    [expiresAt, renewAt].every((value) => value === undefined || Number.isFinite(value))
  if (!isComplete || !isFitting || !isToken(accessToken as string)) return undefined
  const record = { origin, issuer, clientId, scope, resource, accessToken, refreshToken, expiresAt, renewAt }
  return record as TokenRecord
}
