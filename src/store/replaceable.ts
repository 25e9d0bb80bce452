export interface ConnectionEvents {
  onReady(): void
  /** @param message without a secret */
  onLost(message: string): void
}

/** What a connection says of itself. */
export interface ReplaceableEvents extends ConnectionEvents {
  /** The server takes no writes: behind the name there may be another one by now. */
  onReadOnly(): void
}

export interface Replaceable<C> {
  readonly current: C
  disconnect(): void
}

const firstWaitMs = 1000
const longestWaitMs = 30_000

/**
 * A connection that is replaced while it goes on working: the new one takes over once it is ready, and what was sent
 * over the old one is still answered there. A server that goes on to refuse writes is tried ever more rarely.
 *
 * @param open connects; calls back no earlier than it has returned
 * @param drainMs after which nobody waits for the old connection any more
 */
export function createReplaceable<C extends { disconnect(): void }>(
  open: (events: ReplaceableEvents) => C,
  { onReady, onLost }: ConnectionEvents,
  drainMs: number,
  elapsedMs: () => number,
): Replaceable<C> {
  let next: C | undefined
  let waitMs = firstWaitMs
  let replacedAtMs = Number.NEGATIVE_INFINITY
  let isClosed = false
  const draining = new Map<C, NodeJS.Timeout>()
  let current = start()

  function start(): C {
    const connection = open({
      onReady() {
        if (connection === next) takeOver(connection)
        if (connection === current) onReady()
      },
      onLost(message) {
        if (connection === current) onLost(message)
        if (connection !== next) return
        next = undefined
        connection.disconnect()
      },
      onReadOnly() {
        if (connection === current) replace()
      },
    })
    return connection
  }

  function replace(): void {
    const sinceMs = elapsedMs() - replacedAtMs
    if (isClosed || next !== undefined || sinceMs < waitMs) return
    waitMs = sinceMs > 2 * longestWaitMs ? firstWaitMs : Math.min(longestWaitMs, 2 * waitMs)
    replacedAtMs = elapsedMs()
    next = start()
  }

  function takeOver(connection: C): void {
    const old = current
    current = connection
    next = undefined
    const end = setTimeout(() => {
      draining.delete(old)
      old.disconnect()
    }, drainMs)
    draining.set(old, end)
  }

  return {
    get current() {
      return current
    },
    disconnect() {
      isClosed = true
      for (const end of draining.values()) clearTimeout(end)
      for (const connection of [...draining.keys(), next, current]) connection?.disconnect()
      draining.clear()
    },
  }
}
