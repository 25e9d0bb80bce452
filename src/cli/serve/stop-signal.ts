/** The signal that asks the process to stop. */
export interface StopSignal {
  /** Resolves with the name of the first SIGTERM or SIGINT; later ones change nothing. */
  readonly stopped: Promise<string>
  /** Whether it has come. */
  readonly isStopping: boolean
}

export function createStopSignal(): StopSignal {
  let isStopping = false
  // Node removes its signal handlers before it ends by itself, and a second SIGTERM would then end it as a signal does.
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
