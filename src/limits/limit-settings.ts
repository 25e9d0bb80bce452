/** The limits of one person, over all sessions, tokens and instances. */
export interface LimitSettings {
  /** The most bodies at once. */
  readonly streamsPerPerson: number | undefined
  readonly bytesPerSecondPerPerson: number | undefined
  /** Number of processes of this instance. They divide the limits while the store is away. */
  readonly workers: number
}

/** A process always lets a person have this much, whatever number of workers divides the limits. */
const leastShare = 1

/** The limit of streams that this process keeps by itself while the store is away. */
export function localStreams({ streamsPerPerson, workers }: LimitSettings): number {
  if (streamsPerPerson === undefined) return Number.POSITIVE_INFINITY
  return Math.max(leastShare, Math.floor(streamsPerPerson / workers))
}

/**
 * The pace of one person in this process.
 *
 * @param otherHolders number of other processes with streams of the person; `undefined` while the store is away
 */
export function localBytesPerSecond(
  { bytesPerSecondPerPerson, workers }: LimitSettings,
  otherHolders: number | undefined,
): number {
  if (bytesPerSecondPerPerson === undefined) return Number.MAX_SAFE_INTEGER
  const processes = otherHolders === undefined ? workers : otherHolders + 1
  return Math.max(leastShare, bytesPerSecondPerPerson / processes)
}
