/**
 * Keeps values and counters until they expire. Keys are a kind, a colon, and a name. Names are hashes, and values are
 * sealed before they come here: a store never sees a secret.
 *
 * Every method throws S3ProxyError `SESSION_STORE_UNAVAILABLE` when the store does not answer in time.
 */
export interface Store {
  get(key: string): Promise<string | null>
  set(key: string, value: string, ttlMs: number): Promise<void>
  /**
   * Replaces a value only where there still is one, so that what was deleted meanwhile stays deleted. It lives no
   * longer by that, whatever the clock of this machine says.
   *
   * @param ttlMs what is left to the value, for a store that has to be told
   */
  replace(key: string, value: string, ttlMs: number): Promise<void>
  /** @returns whether the key was free; of many callers at once, exactly one gets `true` */
  claim(key: string, ttlMs: number): Promise<boolean>
  /**
   * Adds to a counter. One that is not there begins at 0.
   *
   * @param by a whole number, also a negative one
   * @param ttlMs the life of a counter that begins; counting on does not lengthen it
   * @returns the new value; of many callers at once, each sees the sum of all before it
   */
  increment(key: string, by: number, ttlMs: number): Promise<number>
  delete(key: string): Promise<void>
  /** Asks the store whether it answers, for readiness. */
  ping(): Promise<void>
  close(): Promise<void>
}
