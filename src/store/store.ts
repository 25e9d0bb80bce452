import type { Places, PlacesWish } from './places.ts'

/**
 * Keeps values, counters, leases, places and sets until they expire. A key is a kind, a colon and a name. Names are hashes, and callers seal
 * the values: a store never sees a secret.
 *
 * Every method throws S3ProxyError `SESSION_STORE_UNAVAILABLE` when the store does not answer in time.
 */
export interface Store {
  get(key: string): Promise<string | null>
  set(key: string, value: string, ttlMs: number): Promise<void>
  /**
   * Replaces a value that still exists. A value that was deleted meanwhile stays deleted. The new value expires when
   * the old one would have, whatever the clock of this machine says.
   *
   * @param ttlMs the time that is left, for a store that cannot keep the old time
   */
  replace(key: string, value: string, ttlMs: number): Promise<void>
  /** Takes a key for `ttlMs`. @returns whether the key was free; exactly one of many callers at once gets `true` */
  claim(key: string, ttlMs: number): Promise<boolean>
  /**
   * Adds to a counter. A counter that does not exist begins at 0.
   *
   * @param by a whole number, also a negative one
   * @param ttlMs the life of a new counter; adding to an old one does not lengthen its life
   * @returns the new value; each of many callers at once sees the sum of all before it
   */
  increment(key: string, by: number, ttlMs: number): Promise<number>
  delete(key: string): Promise<void>
  /**
   * Replaces a value only where it is still `expected`. The new value expires when the old one would have.
   *
   * @param ttlMs the life of a value that has none, which no caller makes
   * @returns whether it was; of many callers at once that expect the same, exactly one gets `true`
   */
  swap(key: string, expected: string, value: string, ttlMs: number): Promise<boolean>
  /**
   * Takes a lease, which ends after `ttlMs` by itself.
   *
   * @param owner a text that no other taker has
   * @returns whether it was free
   */
  lease(key: string, owner: string, ttlMs: number): Promise<boolean>
  /** Gives a lease back, where `owner` still has it. */
  release(key: string, owner: string): Promise<void>
  /** Sets the life of a value or a set that exists. */
  touch(key: string, ttlMs: number): Promise<void>
  /** Adds a member to a set for `ttlMs`, and removes members whose time is over. A set lives as long as its members. */
  add(key: string, member: string, ttlMs: number): Promise<void>
  /** Reads a set. @returns no members where there is none; some of them may be over, until another one is added */
  members(key: string): Promise<string[]>
  /** Removes from a set. A set without members does not exist. */
  remove(key: string, member: string): Promise<void>
  /**
   * Takes, keeps or gives back places at a key. All holders together have at most `wish.limit`, as far as none of them uses
   * more already. The places of a holder that does not come again end after `ttlMs`.
   */
  holdPlaces(key: string, wish: PlacesWish, ttlMs: number): Promise<Places>
  /**
   * Tells which values exist, without reading them.
   *
   * @returns an answer for each key, in their order
   */
  existing(keys: readonly string[]): Promise<boolean[]>
  /** Asks the store whether it answers, for readiness. */
  ping(): Promise<void>
  close(): Promise<void>
}
