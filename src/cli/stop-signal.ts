/** Resolves with the name of the first SIGTERM or SIGINT; the ones after it change nothing. */
export function createStopSignal(): Promise<string> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => resolve(signal))
  })
}
