import { messageOf } from '../errors.ts'
import { dividePlaces, type Places, type PlacesWish } from './places.ts'
import type { RedisCommands } from './redis-commands.ts'
import { isReply } from './redis-message.ts'

/** Changes that depend on what a key holds, and questions about many keys. */
export interface RedisScripts {
  /** @returns whether the key held `expected`, and holds `value` now */
  swap(key: string, expected: string, value: string, ttlMs: number): Promise<boolean>
  /** Deletes the key where it holds `owner`. */
  release(key: string, owner: string): Promise<void>
  /** Adds to a set for `ttlMs`, and removes the members whose time is over. */
  add(key: string, member: string, ttlMs: number): Promise<void>
  /** Takes, keeps or gives back places at a key. */
  holdPlaces(key: string, wish: PlacesWish, ttlMs: number): Promise<Places>
  /** Tells which keys exist. In a Cluster all of them have to lie in one slot. */
  existing(keys: readonly string[]): Promise<boolean[]>
}

/**
 * Makes each change in one step, by a script on one key.
 *
 * Where Redis refuses EVAL (access rules, a proxy), the same commands are sent one by one. Two instances that change one
 * key within one round trip may then both succeed.
 *
 * @param now the time of day, in milliseconds since 1970. It is used only where Redis refuses EVAL
 */
export function createRedisScripts(redis: RedisCommands, now: () => number): RedisScripts {
  async function run<T>(script: Script<T>, stepByStep: () => Promise<T>): Promise<T> {
    try {
      return script.answer(await redis.eval(script.text, script.keys, script.words ?? []))
    } catch (error) {
      if (!isReply(error) || !mayBeRefusal.test(messageOf(error))) throw error
      return stepByStep()
    }
  }

  /** Counts the keys with one command, and looks into either half where some are missing. */
  async function existingAmong(keys: readonly string[]): Promise<boolean[]> {
    const count = await redis.exists(keys)
    if (count === keys.length || count === 0) return keys.map(() => count > 0)
    const middle = keys.length >> 1
    const halves = await Promise.all([
      existingAmong(keys.slice(0, middle)),
      existingAmong(keys.slice(middle)),
    ])
    return halves.flat()
  }

  async function holdStepwise(key: string, wish: PlacesWish, ttlMs: number): Promise<Places> {
    await redis.zremrangebyscore(key, now())
    const { places, kept, dropped } = dividePlaces(await redis.zrange(key), wish)
    for (const member of dropped) await redis.zrem(key, member)
    for (const member of kept) await redis.zadd(key, now() + ttlMs, member)
    if (kept.length > 0 && (await redis.pttl(key)) < ttlMs) await redis.pexpire(key, ttlMs)
    return places
  }

  return {
    swap: (key, expected, value, ttlMs) =>
      run({ text: swapScript, keys: [key], words: [expected, value, ttlMs], answer: isOne }, async () => {
        if ((await redis.get(key)) !== expected) return false
        const leftMs = await redis.pttl(key)
        return (await redis.set(key, value, 'PX', leftMs > 0 ? leftMs : ttlMs, 'XX')) === 'OK'
      }),
    async release(key, owner) {
      await run({ text: releaseScript, keys: [key], words: [owner], answer: isOne }, async () => {
        const isOwner = (await redis.get(key)) === owner
        if (isOwner) await redis.del(key)
        return isOwner
      })
    },
    async add(key, member, ttlMs) {
      await run({ text: addScript, keys: [key], words: [member, ttlMs], answer: isOne }, async () => {
        await redis.zadd(key, now() + ttlMs, member)
        await redis.zremrangebyscore(key, now())
        if ((await redis.pttl(key)) < ttlMs) await redis.pexpire(key, ttlMs)
        return true
      })
    },
    holdPlaces(key, wish, ttlMs) {
      const { holder, used, wanted, limit, isPresent } = wish
      return run(
        {
          text: placesScript,
          keys: [key],
          words: [holder, used, wanted, limit, Number(isPresent), ttlMs],
          answer(returned) {
            const [held, byOthers, otherHolders] = returned as [number, number, number]
            return { held, byOthers, otherHolders }
          },
        },
        () => holdStepwise(key, wish, ttlMs),
      )
    },
    existing: (keys) =>
      run(
        {
          text: missingScript,
          keys,
          answer(positions) {
            const missing = new Set(positions as number[])
            return keys.map((_, index) => !missing.has(index + 1))
          },
        },
        () => existingAmong(keys),
      ),
  }
}

interface Script<T> {
  text: string
  keys: readonly string[]
  words?: readonly (string | number)[]
  /** Reads what the script has returned. */
  answer(returned: unknown): T
}

function isOne(returned: unknown): boolean {
  return returned === 1
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

// The score of a member is its end, by the clock of Redis.
const addScript = `
local time = redis.call('time')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('zadd', KEYS[1], now + ARGV[2], ARGV[1])
redis.call('zremrangebyscore', KEYS[1], '-inf', now)
if redis.call('pttl', KEYS[1]) < tonumber(ARGV[2]) then redis.call('pexpire', KEYS[1], ARGV[2]) end
return 1`

// It does the work of `dividePlaces`. The score of a member is its end, by the clock of Redis.
const placesScript = `
local holder, used, wanted = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local limit, present, ttl = tonumber(ARGV[4]), ARGV[5] == '1', tonumber(ARGV[6])
local time = redis.call('time')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('zremrangebyscore', KEYS[1], '-inf', now)
local own, others, seen, holders = {}, 0, {}, 0
for _, member in ipairs(redis.call('zrange', KEYS[1], 0, -1)) do
  local by, place = string.match(member, '^(.*):(%d+)$')
  if by == holder then own[#own + 1] = tonumber(place)
  else
    if place ~= '0' then others = others + 1 end
    if not seen[by] then
      seen[by] = true
      holders = holders + 1
    end
  end
end
local held = math.max(used, math.min(wanted, limit - others))
local last = held
if held == 0 and not present then last = -1 end
for _, place in ipairs(own) do
  if place > last then redis.call('zrem', KEYS[1], holder .. ':' .. place) end
end
for place = 0, last do redis.call('zadd', KEYS[1], now + ttl, holder .. ':' .. place) end
if last >= 0 and redis.call('pttl', KEYS[1]) < ttl then redis.call('pexpire', KEYS[1], ttl) end
return {held, others, holders}`

// EXISTS of many keys returns their number only.
const missingScript = `
local missing = {}
for position, key in ipairs(KEYS) do
  if redis.call('exists', key) == 0 then missing[#missing + 1] = position end
end
return missing`
