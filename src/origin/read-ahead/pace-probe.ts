/**
 * Watches one connection, and tells whether more connections would be faster. They are when the reader mostly waits for
 * S3, S3 gives this connection less than one can carry, and this process has time for more.
 */
export interface PaceProbe {
  /** Notes how long the reader waited for S3. */
  waited(ms: number): void
  /** Notes bytes that the reader got. @returns bytes a second of this connection when more connections look worth it */
  passed(sizeBytes: number): number | undefined
  /** Waits for many more bytes before it judges again: more connections were no gain. */
  beMorePatient(): void
}

/** Pace at which one connection is as good as several: a gigabit line is full, or this machine is at its limit. */
const fastBytesPerSecond = 150e6

/** Least time between two judgements: a machine that is busy for a moment must not look like a slow S3. */
const leastWindowMs = 100

export interface PaceProbeOptions {
  /** Bytes after which it judges, and starts anew. */
  windowBytes: number
  clockMs(): number
  /** Starts to watch the load. @returns a function that returns the busy share of the time since then, 0 to 1 */
  watchLoad(): () => number
}

export function createPaceProbe({ windowBytes, clockMs, watchLoad }: PaceProbeOptions): PaceProbe {
  let patientBytes = windowBytes
  let startedMs: number | undefined
  let waitedMs = 0
  let bytes = 0
  let load = watchLoad()

  function startAnew(nowMs: number | undefined): void {
    startedMs = nowMs
    waitedMs = 0
    bytes = 0
    load = watchLoad()
  }

  return {
    waited(ms) {
      waitedMs += ms
    },
    passed(sizeBytes) {
      const nowMs = clockMs()
      // A window begins and ends with a piece, so that it holds the times of the reader and of S3 in full.
      if (startedMs === undefined) startAnew(nowMs)
      else bytes += sizeBytes
      if (startedMs === undefined) return undefined
      const elapsedMs = nowMs - startedMs
      if (bytes < patientBytes || elapsedMs < leastWindowMs) return undefined
      const bytesPerSecond = (bytes * 1000) / elapsedMs
      const isSlow = waitedMs >= elapsedMs / 2 && bytesPerSecond < fastBytesPerSecond && load() < 0.5
      startAnew(nowMs)
      return isSlow ? bytesPerSecond : undefined
    },
    beMorePatient() {
      patientBytes *= 16
      startAnew(undefined)
    },
  }
}
