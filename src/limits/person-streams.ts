import type { CancelSignal } from '../waiting/cancellation.ts'
import { ByteBudget } from './byte-budget.ts'
import { type LimitSettings, localBytesPerSecond, localStreams } from './limit-settings.ts'
import { PacedBody } from './paced-body.ts'
import type { Place } from './place.ts'
import { PlaceQueue, type Refusals, type Settle } from './place-queue.ts'
import type { SharedPlaces } from './shared-places.ts'

/** Everything that the people of a process share. */
export interface PersonStreamsOptions {
  readonly places: SharedPlaces
  settings(): LimitSettings
  readonly refusals: Refusals
  /** A clock that never jumps, in milliseconds. */
  now(): number
}

/** Time between two looks at the store for requests that wait. */
const lookEveryMs = 200
/** Time for which a place stays with this process after a body, where plenty are free. */
const keepIdleMs = 500
/** Time after which a process tells the store again of its places, and of a paced person. */
const renewEveryMs = 5000
const renewPaceEveryMs = 2000

/**
 * The bodies of one person in this process.
 *
 * The store divides places between processes. A body takes a place that this process has already, or asks the store for one
 * more. Questions that come while another is on its way share the next one. While the store is away, the process keeps its
 * part of the limit by itself.
 *
 * @see docs/decisions/024-limits.md
 */
export class PersonStreams {
  readonly #key: string
  readonly #options: PersonStreamsOptions
  readonly #budget: ByteBudget
  #running = 0
  /** Places that the store has given to this process. */
  #held = 0
  #byOthers = 0
  /** Requests that the next question to the store is for. */
  #asking: Settle[] = []
  readonly #waiting: PlaceQueue
  #isTelling = false
  /** Whether the store may know of this process. */
  #isKnown = false
  #toldAtMs = Number.NEGATIVE_INFINITY
  /** The last time at which the store may have heard of places here. */
  #heldAtMs = Number.NEGATIVE_INFINITY
  #idleSinceMs = 0
  #giveBack: NodeJS.Immediate | undefined

  /** @param key of the person's places in the store */
  constructor(key: string, options: PersonStreamsOptions) {
    this.#key = key
    this.#options = options
    this.#waiting = new PlaceQueue(options.refusals)
    this.#budget = new ByteBudget(this.#pace(options.places.isAway ? undefined : 0), options.now)
  }

  get waiting(): number {
    return this.#waiting.length
  }

  /** Number of bodies of the person, as far as this process knows. */
  get total(): number {
    return this.#running + this.#byOthers
  }

  /** Takes a place that is free. @returns `undefined` where none is */
  take(): Place | undefined | Promise<Place | undefined> {
    const { places } = this.#options
    if (this.#waiting.length === 0 && this.#running < this.#available) return this.#begin()
    if (places.isAway || !this.#hasLimit) return undefined
    return this.#placeFrom((settle) => {
      this.#asking.push(settle)
      void this.#tell()
    })
  }

  /** Waits for a place. @returns `undefined` where none came free in time, too many wait already, or the client has left */
  wait(signal: CancelSignal): Place | undefined | Promise<Place | undefined> {
    if (signal.aborted) return undefined
    if (this.#waiting.length === 0 && this.#running < this.#available) return this.#begin()
    return this.#placeFrom((settle) => this.#waiting.join(signal, settle))
  }

  /** Does what is due: looks for places, gives idle ones back, renews. @returns whether the person may be forgotten */
  turn(): boolean {
    const { places, now } = this.#options
    const sinceMs = now() - this.#toldAtMs
    // Another person's question may have shown that the store is away.
    if (places.isAway) this.#admitWaiting()
    if (places.isAway ? places.mayTryAgain() : this.#isDue(sinceMs)) void this.#tell()
    const isOver = this.#running === 0 && this.#waiting.length === 0 && !this.#isTelling
    return isOver && (!this.#isKnown || now() - this.#heldAtMs > places.leaseMs) && this.#budget.isFull
  }

  /** Takes new settings. Bodies under way keep their places. */
  settingsChanged(): void {
    this.#held = Math.min(this.#held, this.#running)
    this.#budget.setPace(this.#pace(this.#options.places.isAway ? undefined : 0))
    void this.#tell()
  }

  /** Gives back every place, because this process ends. */
  async leave(): Promise<void> {
    this.#waiting.end()
    this.#running = 0
    this.#held = 0
    const { places } = this.#options
    if (this.#isKnown && !places.isAway) await places.hold(this.#key, noPlaces)
  }

  #isDue(sinceMs: number): boolean {
    const { places, now } = this.#options
    if (this.#running > 0 && (!this.#isKnown || this.#toldAtMs < places.backAtMs)) return true
    if (this.#waiting.length > 0) return sinceMs >= lookEveryMs
    if (!this.#isKnown) return false
    const isIdle = this.#held > this.#running || (this.#running === 0 && !this.#isPresent)
    if (isIdle && now() - this.#idleSinceMs >= keepIdleMs) return true
    return sinceMs >= (this.#isPresent ? renewPaceEveryMs : renewEveryMs)
  }

  get #hasLimit(): boolean {
    return this.#options.settings().streamsPerPerson !== undefined
  }

  /** The most bodies that may run here now. */
  get #available(): number {
    const settings = this.#options.settings()
    if (settings.streamsPerPerson === undefined) return Number.POSITIVE_INFINITY
    return this.#options.places.isAway
      ? localStreams(settings)
      : Math.min(this.#held, settings.streamsPerPerson)
  }

  /** Whether other processes have to share the pace of the person with this one. */
  get #isPresent(): boolean {
    if (this.#options.settings().bytesPerSecondPerPerson === undefined) return false
    return this.#running > 0 || !this.#budget.isFull
  }

  #pace(otherHolders: number | undefined): number {
    return localBytesPerSecond(this.#options.settings(), otherHolders)
  }

  #placeFrom(ask: (settle: Settle) => void): Promise<Place | undefined> {
    return new Promise((resolve) => {
      ask((isAdmitted) => resolve(isAdmitted ? this.#begin() : undefined))
    })
  }

  #begin(): Place {
    this.#running++
    if (!this.#isKnown && !this.#options.places.isAway && !this.#isTelling) void this.#tell()
    let isHeld = true
    return {
      release: () => {
        if (isHeld) this.#end()
        isHeld = false
      },
      pace: (body, signal) =>
        this.#options.settings().bytesPerSecondPerPerson === undefined
          ? body
          : new PacedBody(body, this.#budget, signal),
    }
  }

  #end(): void {
    this.#running = Math.max(0, this.#running - 1)
    this.#idleSinceMs = this.#options.now()
    this.#admitWaiting()
    if (this.#hasSurplus) this.#giveBack ??= setImmediate(this.#giveBackNow)
  }

  readonly #giveBackNow = (): void => {
    this.#giveBack = undefined
    if (this.#hasSurplus) void this.#tell()
  }

  /** Whether other processes may need places that nobody uses here. */
  get #hasSurplus(): boolean {
    const { streamsPerPerson } = this.#options.settings()
    if (streamsPerPerson === undefined || this.#options.places.isAway) return false
    const isPlenty = this.#held + this.#byOthers <= streamsPerPerson / 2
    return this.#held > this.#running + this.#waiting.length && !isPlenty
  }

  #admitWaiting(): void {
    while (this.#running < this.#available && this.#waiting.admitNext());
  }

  /** Tells the store what this process has and wants, and once more where that has changed meanwhile. */
  async #tell(): Promise<void> {
    if (this.#isTelling) return
    this.#isTelling = true
    do await this.#tellOnce()
    while (this.#hasNews)
    this.#isTelling = false
  }

  get #hasNews(): boolean {
    if (this.#options.places.isAway) return false
    const isUntold = this.#hasLimit && this.#running > this.#held
    return this.#asking.length > 0 || isUntold || this.#hasSurplus
  }

  async #tellOnce(): Promise<void> {
    const { places, now, settings } = this.#options
    const limit = settings().streamsPerPerson ?? 0
    const asking = this.#asking
    this.#asking = []
    const used = this.#hasLimit ? this.#running : 0
    const wanted = Math.max(used, Math.min(limit, used + this.#waiting.length + asking.length))
    const isPresent = this.#isPresent
    // Another process may have the places from now on that this one does not want.
    this.#held = Math.min(this.#held, wanted)
    this.#toldAtMs = now()
    const tellsOfSome = wanted > 0 || isPresent
    if (tellsOfSome) {
      this.#isKnown = true
      this.#heldAtMs = this.#toldAtMs
    }
    const answer = await places.hold(this.#key, { used, wanted, limit, isPresent })
    this.#budget.setPace(this.#pace(answer?.otherHolders))
    this.#byOthers = answer?.byOthers ?? 0
    this.#held = answer?.held ?? 0
    if (answer !== undefined && !tellsOfSome) this.#isKnown = false
    this.#admitWaiting()
    // Nobody else asks the store while it is away, so those who have come meanwhile are answered here.
    if (places.isAway) asking.push(...this.#asking.splice(0))
    for (const settle of asking) settle(this.#running < this.#available)
  }
}

const noPlaces = { used: 0, wanted: 0, limit: 0, isPresent: false }
