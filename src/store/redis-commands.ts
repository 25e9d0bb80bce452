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
  /** Runs a script. In a Cluster all keys have to lie in one slot. @returns what the script returns */
  eval(script: string, keys: readonly string[], words: readonly (string | number)[]): Promise<unknown>
  zadd(key: string, score: number, member: string): Promise<unknown>
  zrem(key: string, member: string): Promise<unknown>
  /** @returns all members */
  zrange(key: string): Promise<string[]>
  /** Removes the members whose score is at most `score`. */
  zremrangebyscore(key: string, score: number): Promise<unknown>
  /** @returns the number of keys that exist */
  exists(keys: readonly string[]): Promise<number>
  ping(): Promise<unknown>
  disconnect(): void
}

export type SetOptions = ['PX', number] | ['PX', number, 'NX' | 'XX'] | ['KEEPTTL', 'XX']
