import type { Places, PlacesWish } from '../store/places.ts'
import type { Store } from '../store/store.ts'

/** The store of places, which may be away. */
export interface SharedPlaces {
  /** Whether the last question got no answer. Each process keeps the limits by itself then. */
  readonly isAway: boolean
  /** Time after which the places of a process that was killed are free again. */
  readonly leaseMs: number
  /** The time since which the store answers. */
  readonly backAtMs: number
  /** Whether the store is away and was not asked for some time. */
  mayTryAgain(): boolean
  /** Tells the store of a person's places. It never rejects. @returns `undefined` where the store gave no answer */
  hold(key: string, wish: Omit<PlacesWish, 'holder'>): Promise<Places | undefined>
  /** Uses another store from now on. */
  use(store: Pick<Store, 'holdPlaces'>): void
}

export interface SharedPlacesOptions {
  store: Pick<Store, 'holdPlaces'>
  /** Names this process. No other process has the same name. */
  holder: string
  /** Time after which the places of a process that was killed are free again. */
  leaseMs: number
  /** A clock that never jumps, in milliseconds. */
  now(): number
  /** Called once for each outage. */
  onAway(error: unknown): void
  onBack(): void
}

/** Time between two questions to a store that is away. */
const tryAgainMs = 1000

export function createSharedPlaces(options: SharedPlacesOptions): SharedPlaces {
  const { holder, leaseMs, now } = options
  let { store } = options
  let isAway = false
  let askedAtMs = Number.NEGATIVE_INFINITY
  let backAtMs = now()

  return {
    get isAway() {
      return isAway
    },
    leaseMs,
    get backAtMs() {
      return backAtMs
    },
    mayTryAgain: () => isAway && now() - askedAtMs >= tryAgainMs,
    async hold(key, wish) {
      askedAtMs = now()
      const asked = store
      try {
        const places = await asked.holdPlaces(key, { ...wish, holder }, leaseMs)
        if (asked !== store) return undefined
        if (isAway) {
          isAway = false
          backAtMs = now()
          options.onBack()
        }
        return places
      } catch (error) {
        if (!isAway && asked === store) {
          isAway = true
          options.onAway(error)
        }
        return undefined
      }
    },
    use(next) {
      if (next === store) return
      store = next
      isAway = false
      backAtMs = now()
    },
  }
}
