import { setTimeout as sleep } from 'node:timers/promises'

export interface Pace {
  /** How much to write at a time so that the flow looks even: about 100 steps a second. */
  stepBytes(largest: number): number
  /** Resolves when so many more bytes are due: to be written after it, so that no answer is ahead of its rate. */
  wait(count: number): Promise<void>
}

/** Holds one answer to a rate, counted from its first byte, so that timers that fire late do not add up. */
export function createPace(bytesPerSecond: number | undefined): Pace {
  const startedMs = performance.now()
  let sentBytes = 0
  return {
    stepBytes: (largest) =>
      bytesPerSecond === undefined
        ? largest
        : Math.max(1, Math.min(largest, Math.floor(bytesPerSecond / 100))),
    async wait(count) {
      if (bytesPerSecond === undefined) return
      sentBytes += count
      const dueMs = startedMs + (sentBytes / bytesPerSecond) * 1000
      const delayMs = dueMs - performance.now()
      if (delayMs > 0) await sleep(delayMs)
    },
  }
}
