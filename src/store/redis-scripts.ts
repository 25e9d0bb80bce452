import { messageOf } from '../errors.ts'
import type { RedisCommands } from './redis-commands.ts'
import { isReply } from './redis-message.ts'

/** Changes that depend on what a key holds. */
export interface RedisScripts {
  /** @returns whether the key held `expected`, and holds `value` now */
  swap(key: string, expected: string, value: string, ttlMs: number): Promise<boolean>
  /** Deletes the key where it holds `owner`. */
  release(key: string, owner: string): Promise<void>
  /** Adds to a set, whose life becomes at least `ttlMs`. */
  add(key: string, member: string, ttlMs: number): Promise<void>
}

/**
 * Makes each change in one step, by a script on one key.
 *
 * Where Redis refuses EVAL (access rules, a proxy), the same commands are sent one by one. Two instances that change one
 * key within one round trip may then both succeed.
 */
export function createRedisScripts(redis: RedisCommands): RedisScripts {
  async function run<T>(
    script: string,
    key: string,
    words: (string | number)[],
    stepByStep: () => Promise<T>,
  ): Promise<T | boolean> {
    try {
      return (await redis.eval(script, key, words)) === 1
    } catch (error) {
      if (!isReply(error) || !mayBeRefusal.test(messageOf(error))) throw error
      return stepByStep()
    }
  }

  return {
    swap: (key, expected, value, ttlMs) =>
      run(swapScript, key, [expected, value, ttlMs], async () => {
        if ((await redis.get(key)) !== expected) return false
        const leftMs = await redis.pttl(key)
        return (await redis.set(key, value, 'PX', leftMs > 0 ? leftMs : ttlMs, 'XX')) === 'OK'
      }),
    async release(key, owner) {
      await run(releaseScript, key, [owner], async () => {
        if ((await redis.get(key)) === owner) await redis.del(key)
      })
    },
    async add(key, member, ttlMs) {
      await run(addScript, key, [member, ttlMs], async () => {
        await redis.sadd(key, member)
        if ((await redis.pttl(key)) < ttlMs) await redis.pexpire(key, ttlMs)
      })
    },
  }
}

/**
 * Matches refusals of EVAL or of a command within it. Other errors of a script begin in the same way before Redis 7; the
 * commands one by one then fail with the error itself.
 */
const mayBeRefusal = /^(?:NOPERM|ERR)\b/

// `KEEPTTL` exists since Redis 6 only.
const swapScript = `
if redis.call('get', KEYS[1]) ~= ARGV[1] then return 0 end
local left = redis.call('pttl', KEYS[1])
if left <= 0 then left = ARGV[3] end
redis.call('set', KEYS[1], ARGV[2], 'px', left)
return 1`

const releaseScript = `
if redis.call('get', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('del', KEYS[1])`

const addScript = `
redis.call('sadd', KEYS[1], ARGV[1])
if redis.call('pttl', KEYS[1]) < tonumber(ARGV[2]) then redis.call('pexpire', KEYS[1], ARGV[2]) end
return 1`
