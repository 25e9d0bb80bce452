import { decisionGrounds } from '../access/decision.ts'
import { clientLeft, errorStatus } from '../errors.ts'
import { bearerOutcomes } from './bearer-outcome.ts'
import { Durations } from './durations.ts'
import { loginSteps } from './login-step.ts'
import { add, MountTally, zeros } from './mount-tally.ts'
import type { RequestRecord } from './request-record.ts'
import { routeKinds } from './route-kind.ts'

/** The counts of all requests that are over. None of them grows with keys, people or anything that clients send. */
export interface RequestTally {
  /** Counts a request. It is cheap and never throws. */
  count(record: RequestRecord): void
  /** Counts a request to S3 that repeats a failed one. */
  countRetry(mount: string | undefined, where: 'head' | 'body'): void
  /**
   * Begins the counts of the mounts of a configuration. Those of mounts that are gone stay, because counters never go
   * back, and only the oldest of many are forgotten.
   */
  takeMounts(names: readonly string[]): void
  /** The counts of each mount by its name; `undefined` for everything that concerns no mount. */
  readonly mounts: ReadonlyMap<string | undefined, MountTally>
  readonly firstByte: ReadonlyMap<string, Durations>
  readonly waits: Readonly<Record<'session' | 'sso' | 'limit', Durations>>
  readonly logins: ReadonlyMap<string, number>
  /** Decisions about access, by what they rest on. */
  readonly decisions: ReadonlyMap<string, number>
  readonly bearers: ReadonlyMap<string, number>
  /** Number of calls that used a refresh token, by their outcome. The code that renews sessions counts them. */
  readonly refreshes: RefreshCounts
}

export type RefreshCounts = Record<'renewed' | 'rejected' | 'failed', number>

const methods = ['GET', 'HEAD', 'POST', 'OPTIONS']
const other = 'other'
const codes = [...Object.keys(errorStatus), 'SEND_TIMEOUT', 'SESSION_ENDED']
/** The code of everything that could not be parsed: the status tells more than the parser's words. */
const malformed = 'MALFORMED'
/** `returned` counts every callback, however it then ended. */
const countedSteps = [...loginSteps, 'returned']
/** The most mounts that are gone and still have their counts. */
const maxGoneMounts = 100

export function createRequestTally(): RequestTally {
  const ofNoMount = new MountTally()
  const mounts = new Map<string | undefined, MountTally>([[undefined, ofNoMount]])
  const firstByte = new Map<string, Durations>()
  const waits = { session: new Durations(), sso: new Durations(), limit: new Durations() }
  // All counts begin with 0, so that charts have no gaps.
  const logins = zeros(countedSteps)
  const decisions = zeros(decisionGrounds)
  const bearers = zeros(bearerOutcomes)
  const refreshes = { renewed: 0, rejected: 0, failed: 0 }
  const knownRoutes = new Set<string>(routeKinds)
  const knownMethods = new Set(methods)
  const knownCodes = new Set(codes)

  /** The counts of a mount. A request under way may be for one whose counts were forgotten. */
  function tallyOf(mount: string | undefined): MountTally {
    if (mount === undefined) return ofNoMount
    let tally = mounts.get(mount)
    if (tally === undefined) {
      tally = new MountTally()
      mounts.set(mount, tally)
    }
    return tally
  }

  function countFirstByte(route: string, ms: number): void {
    let durations = firstByte.get(route)
    if (durations === undefined) {
      durations = new Durations()
      firstByte.set(route, durations)
    }
    durations.add(ms)
  }

  return {
    ...{ mounts, firstByte, waits, logins, decisions, bearers, refreshes },
    count(record) {
      const { login, startedAtMs, headAtMs } = record
      const route = knownRoutes.has(record.route) ? record.route : other
      const method = knownMethods.has(record.method) ? record.method : other
      const code = record.code === undefined || record.code === clientLeft.code ? undefined : record.code
      const counted = code === undefined || knownCodes.has(code) ? code : malformed
      tallyOf(record.mount).count({ record, route, method, code: counted })
      if (headAtMs !== undefined) countFirstByte(route, headAtMs - startedAtMs)
      if (record.sessionMs !== undefined) waits.session.add(record.sessionMs)
      if (record.ssoMs !== undefined) waits.sso.add(record.ssoMs)
      if (record.limitMs !== undefined) waits.limit.add(record.limitMs)
      if (record.bearer !== undefined) add(bearers, record.bearer, 1)
      if (record.ground !== undefined) add(decisions, record.ground, 1)
      if (login === undefined) return
      if (route === 'callback') add(logins, 'returned', 1)
      add(logins, login, 1)
    },
    countRetry(mount, where) {
      tallyOf(mount).retries[where]++
    },
    takeMounts(names) {
      const current = new Set<string | undefined>([undefined, ...names])
      for (const name of names) tallyOf(name)
      const gone = [...mounts.keys()].filter((name) => !current.has(name))
      for (const name of gone.slice(0, Math.max(0, gone.length - maxGoneMounts))) mounts.delete(name)
    },
  }
}
