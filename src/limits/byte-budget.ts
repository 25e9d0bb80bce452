/** A reader that waits for bytes of a budget. */
export interface ByteWaiter {
  /** The most bytes that it can use now. */
  readonly wantedBytes: number
  /** Called with at least one byte, and at most `wantedBytes`. */
  grant(sizeBytes: number): void
}

/** The smallest and the largest number of bytes that a waiting reader gets at once. */
const leastSliceBytes = 4096
const mostSliceBytes = 64 * 1024
/** Slices in a second, where the bounds above allow it. */
const slicesPerSecond = 8

/**
 * A token bucket for the bytes of one person in this process. It holds the bytes of one second at most, so small objects
 * pass without a wait. Readers that wait get slices in turn.
 */
export class ByteBudget {
  readonly #now: () => number
  #bytesPerSecond: number
  #bytes: number
  /** The time at which `#bytes` was right. */
  #atMs: number
  readonly #waiting: ByteWaiter[] = []
  #timer: NodeJS.Timeout | undefined

  /** @param now a clock that never jumps, in milliseconds */
  constructor(bytesPerSecond: number, now: () => number) {
    this.#now = now
    this.#bytesPerSecond = bytesPerSecond
    this.#bytes = this.#mostBytes
    this.#atMs = now()
  }

  /** Whether nothing was taken within the last second. */
  get isFull(): boolean {
    this.#refill()
    return this.#bytes >= this.#mostBytes
  }

  /** Changes the pace, also for those that wait. */
  setPace(bytesPerSecond: number): void {
    if (bytesPerSecond === this.#bytesPerSecond) return
    this.#refill()
    this.#bytesPerSecond = bytesPerSecond
    this.#bytes = Math.min(this.#bytes, this.#mostBytes)
    this.#serve()
  }

  /** Takes bytes that may go now. @returns 0 where the reader has to `wait` */
  take(wantedBytes: number): number {
    if (this.#waiting.length > 0) return 0
    this.#refill()
    return this.#bytes < this.#sliceOf({ wantedBytes }) ? 0 : this.#spend(wantedBytes)
  }

  wait(waiter: ByteWaiter): void {
    this.#waiting.push(waiter)
    if (this.#waiting.length === 1) this.#schedule(waiter)
  }

  leave(waiter: ByteWaiter): void {
    const index = this.#waiting.indexOf(waiter)
    if (index === -1) return
    this.#waiting.splice(index, 1)
    if (index === 0) this.#serve()
  }

  get #mostBytes(): number {
    return Math.max(this.#bytesPerSecond, this.#sliceBytes)
  }

  get #sliceBytes(): number {
    return Math.min(mostSliceBytes, Math.max(leastSliceBytes, this.#bytesPerSecond / slicesPerSecond))
  }

  #sliceOf({ wantedBytes }: Pick<ByteWaiter, 'wantedBytes'>): number {
    return Math.min(wantedBytes, this.#sliceBytes)
  }

  #refill(): void {
    const nowMs = this.#now()
    const arrived = ((nowMs - this.#atMs) * this.#bytesPerSecond) / 1000
    this.#bytes = Math.min(this.#mostBytes, this.#bytes + arrived)
    this.#atMs = nowMs
  }

  /** @param wantedBytes the most that is spent */
  #spend(wantedBytes: number): number {
    const sizeBytes = Math.floor(Math.min(wantedBytes, this.#bytes))
    this.#bytes -= sizeBytes
    return sizeBytes
  }

  readonly #serve = (): void => {
    clearTimeout(this.#timer)
    this.#refill()
    let [first, second] = this.#waiting
    while (first !== undefined && this.#bytes >= this.#sliceOf(first)) {
      this.#waiting.shift()
      first.grant(this.#spend(second === undefined ? first.wantedBytes : this.#sliceOf(first)))
      ;[first, second] = this.#waiting
    }
    if (first !== undefined) this.#schedule(first)
  }

  #schedule(first: ByteWaiter): void {
    const missingBytes = this.#sliceOf(first) - this.#bytes
    this.#timer = setTimeout(
      this.#serve,
      Math.max(1, Math.ceil((missingBytes * 1000) / this.#bytesPerSecond)),
    )
  }
}
