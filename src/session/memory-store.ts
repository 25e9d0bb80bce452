import type { SessionStore } from './session-store.ts'

/** What a store may hold before the oldest values make room: somebody may start any number of logins. */
const maxValues = 200_000

/** A store within this process: for one instance, and gone with it. */
export function createMemoryStore(now: () => number): SessionStore {
  const values = new Map<string, { value: string; expiresAt: number }>()
  const sweep = setInterval(() => {
    for (const [key, { expiresAt }] of values) if (expiresAt <= now()) values.delete(key)
  }, 60_000)
  sweep.unref()

  function live(key: string): string | null {
    const entry = values.get(key)
    return entry !== undefined && entry.expiresAt > now() ? entry.value : null
  }

  function put(key: string, value: string, ttlMs: number): void {
    values.delete(key)
    values.set(key, { value, expiresAt: now() + ttlMs })
    const oldest = values.size > maxValues ? values.keys().next().value : undefined
    if (oldest !== undefined) values.delete(oldest)
  }

  return {
    get: async (key) => live(key),
    set: async (key, value, ttlMs) => put(key, value, ttlMs),
    async replace(key, value, ttlMs) {
      if (live(key) !== null) put(key, value, ttlMs)
    },
    async claim(key, ttlMs) {
      if (live(key) !== null) return false
      put(key, '1', ttlMs)
      return true
    },
    async delete(key) {
      values.delete(key)
    },
    ping: async () => {},
    async close() {
      clearInterval(sweep)
      values.clear()
    },
  }
}
