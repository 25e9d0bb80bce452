import type { Store } from '../store/store.ts'

/** Turns of renewing a session: one of all instances has it. */
export interface RenewalLeases {
  /** The longest time for which a turn is kept, also by an instance that was killed. */
  readonly leaseMs: number
  /**
   * @param name of the session
   * @returns gives the turn back; `undefined` where another instance has it
   */
  take(name: string): Promise<GiveBack | undefined>
}

export type GiveBack = () => Promise<void>

export interface RenewalLeasesOptions {
  store: Pick<Store, 'lease' | 'release'>
  leaseMs: number
  /** Returns a text that it has never returned before. */
  newOwner(): string
}

export function createRenewalLeases({ store, leaseMs, newOwner }: RenewalLeasesOptions): RenewalLeases {
  return {
    leaseMs,
    async take(name) {
      const [key, owner] = [`renewing:${name}`, newOwner()]
      return (await store.lease(key, owner, leaseMs)) ? () => store.release(key, owner) : undefined
    },
  }
}
