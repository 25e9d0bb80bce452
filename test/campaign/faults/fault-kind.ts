import type { Random } from '../../helpers/random.ts'
import type { CampaignStage } from '../campaign-stage.ts'

export type Place = 's3' | 'redis' | 'sso' | 'client'

/** One kind of fault: how it is made, and what may come of it. */
export interface FaultKind {
  name: string
  /** Only requests that have to do with this place may suffer. */
  at: Place
  /** Statuses that fit, beside those that are right without any fault. */
  statuses: number[]
  /** Whether S3 may never get to say why something has gone wrong: then 502 or 504 fits in place of that. */
  cutsErrors?: boolean
  /** Whether the proxy may reset a body that it has begun. */
  mayCut: boolean
  /** Whether connections of clients may break anywhere; only where it is their own way that is broken. */
  mayBreak?: boolean
  /** Whether an object may be another version from one request to the next. */
  replacesObjects?: boolean
  /** Whether S3 lies about lengths in a way that nobody could notice. */
  shortensObjects?: boolean
  /** Whether S3 does not say how long an object is. */
  hidesLengths?: boolean
  /** Whether S3 leaves headers out, or makes them up. */
  altersHeaders?: boolean
  /** How long the head of an answer may take, where it is less than usual. */
  headLimitMs?: number
  /** Whether sessions may be gone afterwards. */
  endsSessions?: boolean
  /** The life of the tokens of everybody, who all sign in anew before it starts. Ten hours unless given. */
  tokenSeconds?: number
  /** The least duration of its windows, where that is more than usual. */
  leastMs?: number
  /** Statuses that fit from the end of the first token of a session on. */
  statusesAfterToken?: number[]
  /** Whether it takes a stage whose SSO is an OpenID provider, where visitors sign out, too. */
  isAtOpenid?: boolean
  /** Whether the SSO ends sessions, and with them bodies under way. */
  revokes?: boolean
  /** Starts it; the returned function ends it. */
  begin(stage: CampaignStage, random: Random): Promise<() => Promise<void>>
}

/** Nothing is wrong: every answer has to be right. */
export const noFault: FaultKind = {
  ...{ name: 'no fault', at: 'client', statuses: [], mayCut: false },
  begin: async () => async () => {},
}

/** The longest time in which a failure of Redis becomes an honest answer: one command, and half a second to spare. */
const redisLimitMs = 2000

/** The common part of faults at one place. */
export function faultAt(at: Place, name: string, statuses: number[]) {
  const limit = at === 'redis' ? { headLimitMs: redisLimitMs } : {}
  // A body under way asks neither Redis nor the SSO.
  return { name, at, statuses, mayCut: false, ...limit }
}
