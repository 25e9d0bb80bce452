import { decisionGrounds } from '../access/decision.ts'
import { clientLeft, errorStatus } from '../errors.ts'
import { bearerOutcomes } from './bearer-outcome.ts'
import { Durations } from './durations.ts'
import { loginSteps } from './login-step.ts'
import type { RequestRecord } from './request-record.ts'
import { routeKinds } from './route-kind.ts'

/** The counts of all requests that are over. None of them grows with keys, people or anything that clients send. */
export interface RequestTally {
  /** Counts a request. It is cheap and never throws. */
  count(record: RequestRecord): void
  readonly kinds: ReadonlyMap<string, KindTally>
  readonly firstByte: ReadonlyMap<string, Durations>
  readonly sentBytes: ReadonlyMap<string, number>
  readonly waits: Readonly<Record<'session' | 'sso' | 's3', Durations>>
  readonly outcomes: ReadonlyMap<string, number>
  readonly errors: ReadonlyMap<string, number>
  readonly logins: ReadonlyMap<string, number>
  /** Decisions about access, by what they rest on. */
  readonly decisions: ReadonlyMap<string, number>
  readonly bearers: ReadonlyMap<string, number>
  readonly healed: number
  readonly askedTwiceBytes: number
  readonly parts: number
  /** Number of requests that repeated a failed one, for a head or the rest of a body. The code that repeats counts them. */
  readonly retries: Record<'head' | 'body', number>
  /** Number of calls that used a refresh token, by their outcome. The code that renews sessions counts them. */
  readonly refreshes: RefreshCounts
}

export type RefreshCounts = Record<'renewed' | 'rejected' | 'failed', number>

export interface KindTally {
  route: string
  method: string
  status: number
  count: number
}

const methods = ['GET', 'HEAD', 'POST', 'OPTIONS']
const other = 'other'
const codes = [...Object.keys(errorStatus), 'SEND_TIMEOUT', 'SESSION_ENDED']
/** The code of everything that could not be parsed: the status tells more than the parser's words. */
const malformed = 'MALFORMED'
/** `returned` counts every callback, however it then ended. */
const countedSteps = [...loginSteps, 'returned']

export function createRequestTally(): RequestTally {
  const kinds = new Map<string, KindTally>()
  const firstByte = new Map<string, Durations>()
  const sentBytes = new Map<string, number>()
  const waits = { session: new Durations(), sso: new Durations(), s3: new Durations() }
  // All counts begin with 0, so that charts have no gaps.
  const outcomes = zeros(['complete', 'aborted', 'cut', 'revoked'])
  const errors = zeros([])
  const logins = zeros(countedSteps)
  const decisions = zeros(decisionGrounds)
  const bearers = zeros(bearerOutcomes)
  const knownRoutes = new Set<string>(routeKinds)
  const knownMethods = new Set(methods)
  const knownCodes = new Set(codes)
  const tally = {
    kinds,
    firstByte,
    sentBytes,
    waits,
    outcomes,
    errors,
    logins,
    decisions,
    bearers,
    healed: 0,
    askedTwiceBytes: 0,
    parts: 0,
    retries: { head: 0, body: 0 },
    refreshes: { renewed: 0, rejected: 0, failed: 0 },
  }

  function countKind(route: string, method: string, status: number): void {
    const key = `${route} ${method} ${status}`
    const kind = kinds.get(key)
    if (kind === undefined) kinds.set(key, { route, method, status, count: 1 })
    else kind.count++
  }

  function countFirstByte(route: string, ms: number): void {
    let durations = firstByte.get(route)
    if (durations === undefined) {
      durations = new Durations()
      firstByte.set(route, durations)
    }
    durations.add(ms)
  }

  return Object.assign(tally, {
    count(record: RequestRecord): void {
      const { status, bytes, code, login, startedAtMs, headAtMs } = record
      const route = knownRoutes.has(record.route) ? record.route : other
      const method = knownMethods.has(record.method) ? record.method : other
      countKind(route, method, status)
      if (bytes > 0) add(sentBytes, route, bytes)
      if (headAtMs !== undefined) countFirstByte(route, headAtMs - startedAtMs)
      if (record.sessionMs !== undefined) waits.session.add(record.sessionMs)
      if (record.ssoMs !== undefined) waits.sso.add(record.ssoMs)
      if (record.s3Ms !== undefined) waits.s3.add(record.s3Ms)
      const isDelivery = (status === 200 || status === 206) && method === 'GET'
      if (isDelivery && (route === 'object' || route === 'healthcheck')) add(outcomes, record.outcome, 1)
      if (code !== undefined && code !== clientLeft.code)
        add(errors, knownCodes.has(code) ? code : malformed, 1)
      tally.healed += record.healed
      tally.askedTwiceBytes += record.askedTwiceBytes
      tally.parts += record.parts
      if (record.bearer !== undefined) add(bearers, record.bearer, 1)
      if (record.ground !== undefined) add(decisions, record.ground, 1)
      if (login === undefined) return
      if (route === 'callback') add(logins, 'returned', 1)
      add(logins, login, 1)
    },
  })
}

function zeros(names: readonly string[]): Map<string, number> {
  return new Map(names.map((name) => [name, 0]))
}

function add(counts: Map<string, number>, name: string, value: number): void {
  counts.set(name, (counts.get(name) ?? 0) + value)
}
