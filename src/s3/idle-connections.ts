import type { Connection } from './connection.ts'

/** Kept connections that carry no exchange; the one used last is taken first. */
export interface IdleConnections {
  readonly count: number
  add(connection: Connection): void
  take(): Connection | undefined
  /** A connection that was closed. */
  remove(connection: Connection): void
  closeOldest(): void
  /** Closes those that became idle before or at that time, by the clock of `performance.now()`. */
  closeIdleSince(untilMs: number): void
  closeAll(): void
}

export function createIdleConnections(): IdleConnections {
  /** The oldest first. */
  const idle: Connection[] = []
  return {
    get count() {
      return idle.length
    },
    add(connection) {
      connection.idleSinceMs = performance.now()
      idle.push(connection)
    },
    take: () => idle.pop(),
    remove(connection) {
      const index = idle.indexOf(connection)
      if (index !== -1) idle.splice(index, 1)
    },
    closeOldest: () => idle[0]?.close(),
    // A connection that closes is removed at once.
    closeIdleSince(untilMs) {
      while (idle[0] !== undefined && idle[0].idleSinceMs <= untilMs) idle[0].close()
    },
    closeAll() {
      for (const connection of [...idle]) connection.close()
    },
  }
}
