/** The commands of a Redis client that the store uses. */
export interface RedisCommands {
  /** Whether keys may lie on several nodes. */
  readonly isCluster: boolean
  get(key: string): Promise<string | null>
  mget(keys: string[]): Promise<(string | null)[]>
  /** Sets a value; `KEEPTTL` exists since Redis 6. */
  set(key: string, value: string, ...how: SetOptions): Promise<unknown>
  incrby(key: string, by: number): Promise<number>
  pexpire(key: string, ttlMs: number): Promise<unknown>
  pttl(key: string): Promise<number>
  del(key: string): Promise<unknown>
  /** Runs a script on one key. @returns the number that the script returns */
  eval(script: string, key: string, words: readonly (string | number)[]): Promise<number>
  sadd(key: string, member: string): Promise<unknown>
  srem(key: string, member: string): Promise<unknown>
  smembers(key: string): Promise<string[]>
  /** @returns the number of keys that exist */
  exists(keys: readonly string[]): Promise<number>
  ping(): Promise<unknown>
  disconnect(): void
}

export type SetOptions = ['PX', number] | ['PX', number, 'NX' | 'XX'] | ['KEEPTTL', 'XX']
