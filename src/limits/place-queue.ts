import type { CancelSignal } from '../waiting/cancellation.ts'

/** Gets whether a request has a place. */
export type Settle = (isAdmitted: boolean) => void

/** Numbers of requests that got no place: waited too long, or too many waited already. */
export interface Refusals {
  late: number
  crowd: number
}

/** The longest wait for a free place. A player opens a new range before it drops the old one. */
const longestWaitMs = 2000
/** The most requests of one person that wait in one process. */
const mostWaiting = 64

/** The requests of one person that wait for a free place, the oldest first. */
export class PlaceQueue {
  readonly #waiting: Settle[] = []
  readonly #refusals: Refusals

  /** @param refusals counts those that got no place */
  constructor(refusals: Refusals) {
    this.#refusals = refusals
  }

  get length(): number {
    return this.#waiting.length
  }

  /**
   * Puts a request at the end, for two seconds at most.
   *
   * @param signal fires when the client has left
   * @param settle called once, in the turn in which the request gets a place, or gets none
   */
  join(signal: CancelSignal, settle: Settle): void {
    if (this.#waiting.length >= mostWaiting) {
      this.#refusals.crowd++
      settle(false)
      return
    }
    const end: Settle = (isAdmitted) => {
      clearTimeout(timer)
      signal.removeEventListener('abort', leave)
      this.#waiting.splice(this.#waiting.indexOf(end), 1)
      settle(isAdmitted)
    }
    const leave = () => end(false)
    const timer = setTimeout(() => {
      this.#refusals.late++
      end(false)
    }, longestWaitMs)
    signal.addEventListener('abort', leave)
    this.#waiting.push(end)
  }

  /** Gives a place to the oldest. @returns whether there was one */
  admitNext(): boolean {
    const [oldest] = this.#waiting
    oldest?.(true)
    return oldest !== undefined
  }

  /** Sends everybody away. */
  end(): void {
    for (const settle of [...this.#waiting]) settle(false)
  }
}
