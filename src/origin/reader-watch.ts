import type { Sharer } from '../s3/fair-shares.ts'
import { timerErrorMs } from '../waiting/deadline.ts'

export interface ReaderWatchOptions {
  /** How long a reader may take nothing before its connection to S3 is given back. */
  readerPatienceMs: number
  /** Whether requests wait for such a connection: then readers that take nothing are not borne with for long. */
  isCrowded(sharer: Sharer): boolean
  /** A clock that never jumps, in milliseconds. */
  now(): number
}

/** Where requests wait for a connection, readers have this share of the patience. */
const crowdedShare = 1 / 20

/** Watches that the reader of a body goes on taking pieces. */
export class ReaderWatch {
  readonly #options: ReaderWatchOptions
  readonly #sharer: Sharer
  readonly #onIdle: () => void
  #timer: NodeJS.Timeout | undefined
  #passedOnAtMs: number

  /** @param onIdle called when the reader has taken nothing for too long, once for each `wait` */
  constructor(options: ReaderWatchOptions, sharer: Sharer, onIdle: () => void) {
    this.#options = options
    this.#sharer = sharer
    this.#onIdle = onIdle
    this.#passedOnAtMs = options.now()
  }

  /** Whether the reader took its time with the piece before. */
  get isSlow(): boolean {
    const { now, readerPatienceMs } = this.#options
    return now() - this.#passedOnAtMs > readerPatienceMs / 10
  }

  /** Notes that the reader gets a piece. */
  passOn(): void {
    this.#passedOnAtMs = this.#options.now()
  }

  /** Waits for the reader to come back; `stop` says that it has. */
  wait(): void {
    const { readerPatienceMs, isCrowded, now } = this.#options
    this.#timer = setTimeout(() => {
      const silentMs = now() - this.#passedOnAtMs
      if (isCrowded(this.#sharer) || silentMs + timerErrorMs >= readerPatienceMs) this.#onIdle()
      else this.wait()
    }, readerPatienceMs * crowdedShare)
  }

  stop(): void {
    clearTimeout(this.#timer)
  }
}
