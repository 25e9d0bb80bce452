export interface ConnectionEvents {
  onReady(): void
  /** @param message without a secret */
  onLost(message: string): void
}

/** Events of one connection. */
export interface ReplaceableEvents extends ConnectionEvents {
  /** The server refuses writes. Its name may belong to another server by now. */
  onReadOnly(): void
}

export interface ReplaceableConnection<C> {
  readonly current: C
  disconnect(): void
}

const firstWaitMs = 1000
const longestWaitMs = 30_000

/**
 * A connection that can be replaced while it is in use. The new connection takes over once it is ready, and commands
 * that were sent over the old one are still answered there. While servers go on to refuse writes, the waits between
 * two replacements grow.
 *
 * @param open connects; it calls no event before it has returned
 * @param drainMs time after which the old connection is closed
 */
export function createReplaceableConnection<C extends { disconnect(): void }>(
  open: (events: ReplaceableEvents) => C,
  { onReady, onLost }: ConnectionEvents,
  drainMs: number,
  elapsedMs: () => number,
): ReplaceableConnection<C> {
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
