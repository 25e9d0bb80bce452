import { dividePlaces } from './places.ts'
import type { Store } from './store.ts'

/**
 * Limits of one kind of value. Beyond them the oldest values of that kind are removed. Anybody can start any number
 * of logins with long addresses: with limits by kind they push out other logins, and never a session.
 */
export interface MemoryStoreLimits {
  maxValues: number
  maxCharacters: number
}

const defaultLimits: MemoryStoreLimits = { maxValues: 100_000, maxCharacters: 64 * 1024 * 1024 }

/** A set: the time of the end of each member. */
type Members = Map<string, number>

interface Entry {
  value: string | Members
  characters: number
  expiresAt: number
}

interface Kind {
  values: Map<string, Entry>
  characters: number
}

/**
 * Keeps values in the memory of this process. They are lost when it ends, and no other instance sees them.
 *
 * @param now a clock that never jumps, in milliseconds
 */
export function createMemoryStore(now: () => number, limits = defaultLimits): Store {
  const kinds = new Map<string, Kind>()
  const sweep = setInterval(() => {
    for (const kind of kinds.values())
      for (const [key, { expiresAt }] of kind.values) if (expiresAt <= now()) remove(kind, key)
  }, 60_000)
  sweep.unref()

  /** Finds the values of a key's kind: a key is a kind, a colon and a name. */
  function kindOf(key: string): Kind {
    const name = key.slice(0, key.indexOf(':') + 1)
    let kind = kinds.get(name)
    if (kind === undefined) {
      kind = { values: new Map(), characters: 0 }
      kinds.set(name, kind)
    }
    return kind
  }

  function entryOf(key: string): Entry | undefined {
    const entry = kindOf(key).values.get(key)
    return entry !== undefined && entry.expiresAt > now() ? entry : undefined
  }

  function live(key: string): string | null {
    const value = entryOf(key)?.value
    return typeof value === 'string' ? value : null
  }

  function membersOf(key: string): Members {
    const value = entryOf(key)?.value
    return value instanceof Map ? value : new Map()
  }

  /** Finds the members of a set, without those whose time is over. */
  function liveMembersOf(key: string): Members {
    const members = membersOf(key)
    for (const [member, expiresAt] of members) if (expiresAt <= now()) members.delete(member)
    return members
  }

  /** Puts a value at the young end of its kind. */
  function put(key: string, value: string | Members, ttlMs: number): void {
    const kind = kindOf(key)
    remove(kind, key)
    const characters = key.length + sizeOf(value)
    kind.values.set(key, { value, characters, expiresAt: now() + ttlMs })
    kind.characters += characters
    for (const oldest of kind.values.keys()) {
      if (kind.values.size <= limits.maxValues && kind.characters <= limits.maxCharacters) break
      remove(kind, oldest)
    }
  }

  function take(key: string, owner: string, ttlMs: number): boolean {
    if (live(key) !== null) return false
    put(key, owner, ttlMs)
    return true
  }

  function remove(kind: Kind, key: string): void {
    const entry = kind.values.get(key)
    if (entry === undefined) return
    kind.values.delete(key)
    kind.characters -= entry.characters
  }

  return {
    get: async (key) => live(key),
    set: async (key, value, ttlMs) => put(key, value, ttlMs),
    async replace(key, value, ttlMs) {
      const entry = entryOf(key)
      if (entry !== undefined) put(key, value, Math.min(ttlMs, entry.expiresAt - now()))
    },
    claim: async (key, ttlMs) => take(key, '1', ttlMs),
    async increment(key, by, ttlMs) {
      const entry = entryOf(key)
      const value = entry === undefined ? by : Number(entry.value) + by
      put(key, String(value), entry === undefined ? ttlMs : entry.expiresAt - now())
      return value
    },
    async delete(key) {
      remove(kindOf(key), key)
    },
    async swap(key, expected, value) {
      const entry = entryOf(key)
      if (entry?.value !== expected) return false
      put(key, value, entry.expiresAt - now())
      return true
    },
    lease: async (key, owner, ttlMs) => take(key, owner, ttlMs),
    async release(key, owner) {
      if (live(key) === owner) remove(kindOf(key), key)
    },
    async touch(key, ttlMs) {
      const entry = entryOf(key)
      if (entry !== undefined) put(key, entry.value, ttlMs)
    },
    async add(key, member, ttlMs) {
      const leftMs = (entryOf(key)?.expiresAt ?? 0) - now()
      const members = liveMembersOf(key)
      put(key, members.set(member, now() + ttlMs), Math.max(ttlMs, leftMs))
    },
    members: async (key) => [...membersOf(key).keys()],
    async remove(key, member) {
      const members = membersOf(key)
      if (!members.delete(member)) return
      if (members.size === 0) remove(kindOf(key), key)
      else put(key, members, (entryOf(key)?.expiresAt ?? 0) - now())
    },
    async holdPlaces(key, wish, ttlMs) {
      const leftMs = (entryOf(key)?.expiresAt ?? 0) - now()
      const members = liveMembersOf(key)
      const { places, kept, dropped } = dividePlaces(members.keys(), wish)
      for (const member of dropped) members.delete(member)
      for (const member of kept) members.set(member, now() + ttlMs)
      if (members.size === 0) remove(kindOf(key), key)
      else put(key, members, Math.max(ttlMs, leftMs))
      return places
    },
    existing: async (keys) => keys.map((key) => entryOf(key) !== undefined),
    ping: async () => {},
    async close() {
      clearInterval(sweep)
      kinds.clear()
    },
  }
}

function sizeOf(value: string | Members): number {
  if (typeof value === 'string') return value.length
  let characters = 0
  for (const member of value.keys()) characters += member.length
  return characters
}
