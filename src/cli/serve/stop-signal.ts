export interface StopSignal {
  /** Resolves with the name of the first SIGTERM or SIGINT; the ones after it change nothing. */
  readonly stopped: Promise<string>
  /** Whether it has come. */
  readonly isStopping: boolean
}

export function createStopSignal(): StopSignal {
  let isStopping = false
  // Node takes its handlers of signals down before it ends by itself: a second SIGTERM would then be what ends it.
  process.once('exit', (status) => process.exit(status))
  const stopped = new Promise<string>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const)
      process.on(signal, () => {
        isStopping = true
        resolve(signal)
      })
  })
  return {
    stopped,
    get isStopping() {
      return isStopping
    },
  }
}
