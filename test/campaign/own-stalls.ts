/** Times at which this process, or the whole machine, did not get to do anything. */
export interface OwnStalls {
  /** The longest one that ended after `sinceMs` of `performance.now()`. */
  longestSince(sinceMs: number): number
}

const lookEveryMs = 20
const rememberedMs = 20_000

/** Notes the pauses of this process: it makes the faults, so a pause of its own is a fault that nobody ordered. */
export function watchOwnStalls(): OwnStalls {
  const stalls: { endedAt: number; lengthMs: number }[] = []
  let last = performance.now()
  setInterval(() => {
    const endedAt = performance.now()
    const lengthMs = endedAt - last - lookEveryMs
    last = endedAt
    if (lengthMs > lookEveryMs) stalls.push({ endedAt, lengthMs })
    while (stalls[0] !== undefined && stalls[0].endedAt < endedAt - rememberedMs) stalls.shift()
  }, lookEveryMs).unref()
  return {
    longestSince: (sinceMs) =>
      Math.max(0, ...stalls.filter(({ endedAt }) => endedAt >= sinceMs).map(({ lengthMs }) => lengthMs)),
  }
}
