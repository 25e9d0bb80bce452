import { randomBytes } from 'node:crypto'

interface Versioned {
  readonly versionId: string | undefined
}

/** The objects under each key: the newest one and, once versions are enabled, all that were there before. */
export interface Versions<T extends Versioned> {
  put(key: string, make: (versionId: string | undefined) => T): T
  /** The newest; `undefined` where that is the mark of a deletion. */
  get(key: string): T | undefined
  getVersion(key: string, versionId: string): T | undefined
  delete(key: string): void
  deleteVersion(key: string, versionId: string): void
  enable(): void
  readonly areEnabled: boolean
  /** The keys that have an object. */
  keys(): string[]
  clear(): void
}

export function createVersions<T extends Versioned>(): Versions<T> {
  /** The newest last; `null` is the mark of a deletion. */
  const histories = new Map<string, (T | null)[]>()
  let areEnabled = false

  function add(key: string, item: T | null): void {
    const older = areEnabled ? (histories.get(key) ?? []) : []
    histories.set(key, [...older, item])
  }
  const nameOf = (item: T | null) => item && (item.versionId ?? 'null')
  const get = (key: string) => histories.get(key)?.at(-1) ?? undefined

  return {
    put(key, make) {
      const item = make(areEnabled ? randomBytes(24).toString('base64url') : undefined)
      add(key, item)
      return item
    },
    get,
    getVersion: (key, versionId) =>
      histories.get(key)?.findLast((item) => nameOf(item) === versionId) ?? undefined,
    delete: (key) => (areEnabled ? add(key, null) : void histories.delete(key)),
    deleteVersion(key, versionId) {
      const kept = histories.get(key)?.filter((item) => nameOf(item) !== versionId) ?? []
      histories.set(key, kept)
    },
    enable() {
      if (areEnabled) return
      areEnabled = true
      for (const [key, [item]] of histories) if (item) histories.set(key, [{ ...item, versionId: 'null' }])
    },
    get areEnabled() {
      return areEnabled
    },
    keys: () => [...histories.keys()].filter((key) => get(key) !== undefined),
    clear: () => histories.clear(),
  }
}
