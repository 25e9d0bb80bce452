/** Everybody who is not signed in. */
export const guests = Symbol('guests')

/** Who shares connections with others: a person, or guests together; `undefined` for work of our own, which has no limit. */
export type Sharer = string | typeof guests | undefined

/** Somebody who has connections, or waits for one. */
export interface Party<Waiter> {
  readonly sharer: Sharer
  held: number
  /** In the order in which they came. */
  readonly heads: Waiter[]
  readonly bodies: Waiter[]
}

/** Who may take how many of the connections, and whose turn is next; knows nothing of connections themselves. */
export interface FairShares<Waiter> {
  /** The party of somebody, which is forgotten once it has and wants nothing. */
  partyOf(sharer: Sharer): Party<Waiter>
  forget(party: Party<Waiter>): void
  /** @param free how many connections nobody uses */
  mayTake(party: Party<Waiter>, isHead: boolean, free: number): boolean
  /** Takes the next one out of the queue: of those who may take a connection, of the party that has the fewest. */
  next(free: number): Waiter | undefined
  /** Whether requests of somebody wait, or others do because hardly a connection is free. */
  isCrowded(sharer: Sharer, free: number): boolean
  /** @returns `false` where too many of them wait already */
  wait(party: Party<Waiter>, isHead: boolean, waiter: Waiter): boolean
  leave(party: Party<Waiter>, waiter: Waiter): void
  readonly waiting: number
}

/** This share of all connections is kept from bodies of people, for heads and for guests; guests have no more than it. */
const keptShare = 1 / 16
const guestsWaiting = 64

/**
 * A person may have as many connections as are left for others, no more: one alone up to half of them, the second a
 * quarter, and so on. So there is always one for whoever comes, however many somebody else asks for and however
 * slowly S3 gives them.
 *
 * @see docs/decisions/016-fair-shares.md
 */
export function createFairShares<Waiter>(maxConnections: number): FairShares<Waiter> {
  const kept = Math.floor(maxConnections * keptShare)
  const parties = new Map<Sharer, Party<Waiter>>()
  let waiting = 0

  function mayTake({ sharer, held }: Party<Waiter>, isHead: boolean, free: number): boolean {
    if (free <= 0 || sharer === undefined) return free > 0
    if (sharer === guests) return held < Math.max(1, kept)
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
      // The map keeps the order of those who have equally many: each one's turn comes.
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
      if (sharer === guests && heads.length + bodies.length >= guestsWaiting) return false
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
