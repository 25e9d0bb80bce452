/** All visitors without a session together. */
export const guests = Symbol('guests')

/** All requests for the health-check object together, by which a platform decides whether this process may live. */
export const healthChecks = Symbol('health checks')

/**
 * A party to the sharing: a person, all guests together, or all health checks; `undefined` is work of s3proxy itself, which
 * has no limit.
 */
export type Sharer = string | typeof guests | typeof healthChecks | undefined

/** The connections of one sharer, and the requests that wait for one. */
export interface Party<Waiter> {
  readonly sharer: Sharer
  held: number
  /** Waiting requests, in the order in which they came. */
  readonly heads: Waiter[]
  readonly bodies: Waiter[]
}

/** Decides how many connections each sharer may take and whose turn is next; knows nothing of connections themselves. */
export interface FairShares<Waiter> {
  /** Finds or makes the party of a sharer. */
  partyOf(sharer: Sharer): Party<Waiter>
  /** Drops a party that has no connection and waits for none. */
  forget(party: Party<Waiter>): void
  /** Tells whether a request may have a connection at once. @param free number of connections that nobody uses */
  mayTake(party: Party<Waiter>, isHead: boolean, free: number): boolean
  /** Takes the next request out of the queue: among parties that may take a connection, from the one with the fewest. */
  next(free: number): Waiter | undefined
  /** Whether requests of this sharer wait, or requests of others while hardly a connection is free. */
  isCrowded(sharer: Sharer, free: number): boolean
  /** Puts a request into the queue. @returns `false` where too many of the party wait already */
  wait(party: Party<Waiter>, isHead: boolean, waiter: Waiter): boolean
  leave(party: Party<Waiter>, waiter: Waiter): void
  readonly waiting: number
}

/** Share of all connections that bodies of people never take: it is for HEAD, health checks and guests. */
const keptShare = 1 / 16
/** The most requests of guests that wait, and of health checks. */
const namelessWaiting = 64

/**
 * Shares connections: a person may have as many as are left for others. One person alone has up to half of them, the
 * second a quarter, and so on. A connection is left for whoever comes, however many somebody else asks for and
 * however slowly S3 answers.
 *
 * @see docs/decisions/016-fair-shares.md
 */
export function createFairShares<Waiter>(maxConnections: number): FairShares<Waiter> {
  const kept = Math.floor(maxConnections * keptShare)
  const parties = new Map<Sharer, Party<Waiter>>()
  let waiting = 0

  function mayTake({ sharer, held }: Party<Waiter>, isHead: boolean, free: number): boolean {
    if (free <= 0 || sharer === undefined) return free > 0
    if (sharer === healthChecks) return held < Math.max(1, kept)
    // Guests leave one for health checks, where there are several.
    if (sharer === guests) return held < Math.max(1, kept - 1) && (kept < 2 || free > 1)
    return held < (isHead ? free : free - kept)
  }

  function queueOf(party: Party<Waiter>, free: number): Waiter[] | undefined {
    if (party.heads.length > 0 && mayTake(party, true, free)) return party.heads
    return party.bodies.length > 0 && mayTake(party, false, free) ? party.bodies : undefined
  }

  return {
    mayTake,
    get waiting() {
      return waiting
    },
    partyOf(sharer) {
      const known = parties.get(sharer)
      if (known !== undefined) return known
      const party: Party<Waiter> = { sharer, held: 0, heads: [], bodies: [] }
      parties.set(sharer, party)
      return party
    },
    forget(party) {
      if (party.held === 0 && party.heads.length === 0 && party.bodies.length === 0)
        parties.delete(party.sharer)
    },
    next(free) {
      let least: Party<Waiter> | undefined
      for (const party of parties.values())
        if ((least === undefined || party.held < least.held) && queueOf(party, free) !== undefined)
          least = party
      if (least === undefined) return undefined
      waiting--
      // The party moves to the end of the map: parties with equally many connections take turns.
      parties.delete(least.sharer)
      parties.set(least.sharer, least)
      return queueOf(least, free)?.shift()
    },
    isCrowded(sharer, free) {
      if (waiting === 0) return false
      const party = parties.get(sharer)
      return free <= kept || (party !== undefined && party.heads.length + party.bodies.length > 0)
    },
    wait(party, isHead, waiter) {
      const { sharer, heads, bodies } = party
      if (typeof sharer === 'symbol' && heads.length + bodies.length >= namelessWaiting) return false
      waiting++
      ;(isHead ? heads : bodies).push(waiter)
      return true
    },
    leave(party, waiter) {
      for (const queue of [party.heads, party.bodies]) {
        const index = queue.indexOf(waiter)
        if (index === -1) continue
        waiting--
        queue.splice(index, 1)
      }
      this.forget(party)
    },
  }
}
