import type { Adapter } from 'oidc-provider'

type Payload = Record<string, unknown>

/** Everything that the SSO remembers, in one map. */
export interface SsoMemory {
  /** For the SSO: one adapter for each kind of thing. */
  adapter(model: string): Adapter
  put(model: string, id: string, payload: Payload): void
  /** All of a kind that are not over. */
  list(model: string): Payload[]
  /** Forgets one that was listed. */
  remove(payload: Payload): void
  /** Forgets all of a kind. */
  clear(model: string): void
}

export function createSsoMemory(): SsoMemory {
  const entries = new Map<string, Payload>()
  const keyOf = (model: string, id: string) => `${model}:${id}`
  const isLive = (payload: Payload) => typeof payload.exp !== 'number' || payload.exp * 1000 > Date.now()

  function findIn(model: string, fits: (payload: Payload) => boolean): Payload | undefined {
    for (const [key, payload] of entries) {
      if (key.startsWith(`${model}:`) && isLive(payload) && fits(payload)) return payload
    }
    return undefined
  }

  return {
    adapter: (model) => ({
      async upsert(id, payload) {
        entries.set(keyOf(model, id), payload)
      },
      async find(id) {
        const payload = entries.get(keyOf(model, id))
        return payload !== undefined && isLive(payload) ? payload : undefined
      },
      async findByUid(uid) {
        return findIn(model, (payload) => payload.uid === uid)
      },
      async findByUserCode(userCode) {
        return findIn(model, (payload) => payload.userCode === userCode)
      },
      async consume(id) {
        const payload = entries.get(keyOf(model, id))
        if (payload !== undefined) payload.consumed = Math.floor(Date.now() / 1000)
      },
      async destroy(id) {
        entries.delete(keyOf(model, id))
      },
      async revokeByGrantId(grantId) {
        for (const [key, payload] of entries) if (payload.grantId === grantId) entries.delete(key)
      },
    }),
    put: (model, id, payload) => void entries.set(keyOf(model, id), payload),
    list: (model) =>
      [...entries]
        .filter(([key, payload]) => key.startsWith(`${model}:`) && isLive(payload))
        .map(([, payload]) => payload),
    remove(payload) {
      for (const [key, other] of entries) if (other === payload) entries.delete(key)
    },
    clear(model) {
      for (const key of entries.keys()) if (key.startsWith(`${model}:`)) entries.delete(key)
    },
  }
}
