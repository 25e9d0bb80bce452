import type { RedisCommands } from './redis-commands.ts'

export interface LazyRedis extends RedisCommands {
  /** Connects now. Resolves after the first attempt to reach Redis, and rejects when no attempt can be made. */
  connect(): Promise<void>
}

/**
 * A Redis that is connected on demand: by `connect`, or by the first command. The process can listen before that.
 * Commands wait for the first attempt to connect, so the first request finds a Redis that is up.
 *
 * @param isCluster whether the Redis is a Cluster
 * @param open connects; resolves after the first attempt, whether it succeeded or not
 */
export function createLazyRedis(isCluster: boolean, open: () => Promise<RedisCommands>): LazyRedis {
  let redis: RedisCommands | undefined
  let opening: Promise<RedisCommands> | undefined

  function opened(): Promise<RedisCommands> {
    opening ??= open().then((connected) => {
      redis = connected
      return connected
    })
    return opening
  }

  function send<T>(command: (redis: RedisCommands) => Promise<T>): Promise<T> {
    return redis === undefined ? opened().then(command) : command(redis)
  }

  return {
    async connect() {
      await opened()
    },
    isCluster,
    get: (key) => send((redis) => redis.get(key)),
    mget: (keys) => send((redis) => redis.mget(keys)),
    set: (key, value, ...how) => send((redis) => redis.set(key, value, ...how)),
    incrby: (key, by) => send((redis) => redis.incrby(key, by)),
    pexpire: (key, ttlMs) => send((redis) => redis.pexpire(key, ttlMs)),
    pttl: (key) => send((redis) => redis.pttl(key)),
    del: (key) => send((redis) => redis.del(key)),
    eval: (script, keys, words) => send((redis) => redis.eval(script, keys, words)),
    zadd: (key, score, member) => send((redis) => redis.zadd(key, score, member)),
    zrem: (key, member) => send((redis) => redis.zrem(key, member)),
    zrange: (key) => send((redis) => redis.zrange(key)),
    zremrangebyscore: (key, score) => send((redis) => redis.zremrangebyscore(key, score)),
    exists: (keys) => send((redis) => redis.exists(keys)),
    ping: () => send((redis) => redis.ping()),
    disconnect() {
      // Commands that wait for a failed attempt get its error, so it is ignored here.
      opening?.then(
        (redis) => redis.disconnect(),
        () => {},
      )
    },
  }
}
