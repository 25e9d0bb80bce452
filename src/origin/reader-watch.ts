import type { Sharer } from '../s3/fair-shares.ts'
import { timerErrorMs } from '../waiting/deadline.ts'

export interface ReaderWatchOptions {
  /** Time without reading after which a reader loses its connection to S3. */
  readerPatienceMs: number
  /** Tells whether requests wait for such a connection. Readers that take nothing lose theirs sooner then. */
  isCrowded(sharer: Sharer): boolean
  /** A clock that never jumps, in milliseconds. */
  now(): number
}

/** The part of `readerPatienceMs` that readers have while requests wait for a connection. */
const crowdedShare = 1 / 20

/** Watches whether the reader of a body goes on to take pieces. */
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

  /** Whether the reader took long for the piece before. */
  get isSlow(): boolean {
    const { now, readerPatienceMs } = this.#options
    return now() - this.#passedOnAtMs > readerPatienceMs / 10
  }

  /** Notes that the reader gets a piece. */
  passOn(): void {
    this.#passedOnAtMs = this.#options.now()
  }

  /** Begins to wait for the reader; `stop` ends that. */
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
