/** SIGHUP, from the start of the process on: one that comes before there is anything to do is kept. */
export interface Hangup {
  /** Calls `work` for each one, and at once when one has come already. */
  each(work: () => void): void
}

export function createHangup(): Hangup {
  let isPending = false
  let onHangup = () => {
    isPending = true
  }
  process.on('SIGHUP', () => onHangup())
  return {
    each(work) {
      onHangup = work
      if (isPending) work()
    },
  }
}
