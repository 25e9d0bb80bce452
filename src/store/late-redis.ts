import type { RedisCommands } from './redis-commands.ts'

export interface LateRedis extends RedisCommands {
  /** Connects now. Resolves after the first attempt to reach Redis; rejects when no attempt can be made. */
  connect(): Promise<void>
}

/**
 * Commands of a Redis that is connected to when it is told to, or with the first of them, so that a process can
 * listen before that. They wait for the first attempt: a Redis that is there is there for the first request too.
 *
 * @param isCluster whether a Cluster will be connected
 * @param open resolves after the first attempt, whether it succeeded or not
 */
export function createLateRedis(isCluster: boolean, open: () => Promise<RedisCommands>): LateRedis {
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
    del: (key) => send((redis) => redis.del(key)),
    ping: () => send((redis) => redis.ping()),
    disconnect() {
      // Whoever waits for the attempt is told why there is none.
      opening?.then(
        (redis) => redis.disconnect(),
        () => {},
      )
    },
  }
}
