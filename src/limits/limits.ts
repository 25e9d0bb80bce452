import { hashedKey } from '../store/hashed-key.ts'
import type { Store } from '../store/store.ts'
import type { CancelSignal } from '../waiting/cancellation.ts'
import type { LimitSettings } from './limit-settings.ts'
import { PersonStreams } from './person-streams.ts'
import type { Place } from './place.ts'
import type { Refusals } from './place-queue.ts'
import { createSharedPlaces, type SharedPlacesOptions } from './shared-places.ts'

/** The limits of people, as far as an answer to a request needs them. */
export interface Limits {
  /**
   * Takes a place for a body, where one is free. It asks the store where this process has none.
   *
   * @param person tells people apart
   */
  take(person: string): Place | undefined | Promise<Place | undefined>
  /**
   * Waits two seconds at most for a place of a person.
   *
   * @param signal fires when the client has left
   * @returns `undefined` where no place came free in time, or where too many requests of the person wait already
   */
  wait(person: string, signal: CancelSignal): Place | undefined | Promise<Place | undefined>
  /** Number of bodies of a person under way, as far as this process knows. */
  runningOf(person: string): number
}

/** The limits of this process, which outlive its configurations: bodies under way count on after a reload. */
export interface ProcessLimits extends Limits {
  /** Takes new settings. Bodies under way go on. @param deployment the deployment that people belong to */
  configure(settings: LimitSettings, deployment: string, store: Pick<Store, 'holdPlaces'>): void
  /** Lets bodies under way go as fast as they can: this process ends soon, and they have to be done before. */
  liftPace(): void
  /** Requests that wait for a place, and those that got none. */
  readonly usage: { readonly waiting: number; readonly refusals: Readonly<Refusals> }
  /** Gives all places back, because this process ends. */
  close(): Promise<void>
}

export interface LimitsOptions extends Omit<SharedPlacesOptions, 'leaseMs'> {
  settings: LimitSettings
  deployment: string
}

/** Other instances wait no longer for the places of an instance that was killed. */
const leaseMs = 15_000
/** Time between two looks at everything that is due. */
const turnMs = 250

/** @see docs/decisions/024-limits.md */
export function createLimits(options: LimitsOptions): ProcessLimits {
  let { settings, deployment } = options
  const people = new Map<string, PersonStreams>()
  const places = createSharedPlaces({ ...options, leaseMs })
  const refusals: Refusals = { late: 0, crowd: 0 }
  const shared = { places, settings: () => settings, refusals, now: options.now }
  let timer: NodeJS.Timeout | undefined

  function streamsOf(person: string): PersonStreams {
    const known = people.get(person)
    if (known !== undefined) return known
    const streams = new PersonStreams(hashedKey('streams-of', [deployment, person]), shared)
    people.set(person, streams)
    timer ??= setTimeout(turn, turnMs).unref()
    return streams
  }

  function turn(): void {
    for (const [person, streams] of people) if (streams.turn()) people.delete(person)
    timer = people.size === 0 ? undefined : setTimeout(turn, turnMs).unref()
  }

  return {
    take: (person) => streamsOf(person).take(),
    wait: (person, signal) => streamsOf(person).wait(signal),
    runningOf: (person) => people.get(person)?.total ?? 0,
    configure(nextSettings, nextDeployment, store) {
      settings = nextSettings
      deployment = nextDeployment
      places.use(store)
      for (const streams of people.values()) streams.settingsChanged()
    },
    liftPace() {
      settings = { ...settings, bytesPerSecondPerPerson: undefined }
      for (const streams of people.values()) streams.settingsChanged()
    },
    get usage() {
      let waiting = 0
      for (const streams of people.values()) waiting += streams.waiting
      return { waiting, refusals }
    },
    async close() {
      clearTimeout(timer)
      await Promise.all(Array.from(people.values(), (streams) => streams.leave()))
    },
  }
}
