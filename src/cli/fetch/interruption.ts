/** A signal that asks the process to stop. */
export interface Interruption {
  /** Fires with the first SIGINT or SIGTERM. */
  readonly signal: AbortSignal
  readonly name: NodeJS.Signals | undefined
  /** Stops listening. Where a signal came, it ends the process by that signal, so that the parent process knows. */
  end(): void
}

const signals = ['SIGINT', 'SIGTERM'] as const
/** Time for tidying up after a signal. */
const tidyMs = 2000

/** Listens for the first signal; the second one ends the process at once, as if there were no listener. */
export function listenForInterruption(): Interruption {
  const controller = new AbortController()
  let name: NodeJS.Signals | undefined
  const stop = (received: NodeJS.Signals) => {
    name = received
    unlisten()
    controller.abort()
    setTimeout(() => process.kill(process.pid, received), tidyMs).unref()
  }
  const unlisten = () => {
    for (const candidate of signals) process.off(candidate, stop)
  }
  for (const candidate of signals) process.on(candidate, stop)
  return {
    signal: controller.signal,
    get name() {
      return name
    },
    end() {
      unlisten()
      if (name !== undefined) process.kill(process.pid, name)
    },
  }
}
