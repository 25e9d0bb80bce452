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

interface Kind {
  values: Map<string, { value: string; expiresAt: number }>
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

  function live(key: string): string | null {
    const entry = kindOf(key).values.get(key)
    return entry !== undefined && entry.expiresAt > now() ? entry.value : null
  }

  function put(key: string, value: string, ttlMs: number): void {
    const kind = kindOf(key)
    remove(kind, key)
    kind.values.set(key, { value, expiresAt: now() + ttlMs })
    kind.characters += key.length + value.length
    for (const oldest of kind.values.keys()) {
      if (kind.values.size <= limits.maxValues && kind.characters <= limits.maxCharacters) break
      remove(kind, oldest)
    }
  }

  function remove(kind: Kind, key: string): void {
    const entry = kind.values.get(key)
    if (entry === undefined) return
    kind.values.delete(key)
    kind.characters -= key.length + entry.value.length
  }

  return {
    get: async (key) => live(key),
    set: async (key, value, ttlMs) => put(key, value, ttlMs),
    async replace(key, value, ttlMs) {
      const entry = kindOf(key).values.get(key)
      if (entry !== undefined && live(key) !== null) put(key, value, Math.min(ttlMs, entry.expiresAt - now()))
    },
    async claim(key, ttlMs) {
      if (live(key) !== null) return false
      put(key, '1', ttlMs)
      return true
    },
    async increment(key, by, ttlMs) {
      const entry = kindOf(key).values.get(key)
      const isLive = entry !== undefined && entry.expiresAt > now()
      const value = isLive ? Number(entry.value) + by : by
      put(key, String(value), isLive ? entry.expiresAt - now() : ttlMs)
      return value
    },
    async delete(key) {
      remove(kindOf(key), key)
    },
    ping: async () => {},
    async close() {
      clearInterval(sweep)
      kinds.clear()
    },
  }
}
