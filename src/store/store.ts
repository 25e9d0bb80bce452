/**
 * Where sealed values lie until they expire. Keys are hashes and values are sealed before they come here, so a
 * store never sees a secret.
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
  delete(key: string): Promise<void>
  /** For readiness. */
  ping(): Promise<void>
  close(): Promise<void>
}
