/** Resolves with the name of the first SIGTERM or SIGINT; the ones after it change nothing. */
export function createStopSignal(): Promise<string> {
  // Node takes its handlers of signals down before it ends by itself: a second SIGTERM would then be what ends it.
  process.once('exit', (status) => process.exit(status))
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => resolve(signal))
  })
}
