import type { Worker } from 'node:cluster'

/** What a worker has said before it ended is read by then. */
const lastWordsMs = 100

/**
 * Ends the connections that were handed to a worker which ended before it took them.
 *
 * The primary accepts each connection, sends it to a worker, and keeps a copy until the worker says that it has it.
 * When that worker dies first, Node forgets the copy and leaves it open (lib/internal/cluster/round_robin_handle.js),
 * and its client waits for as long as it likes. Node then does not tell either that the worker has disconnected, and
 * goes on counting it among those that listen.
 *
 * @see docs/decisions/009-workers.md
 */
export function endUntakenConnections({ process: child }: Pick<Worker, 'process'>): void {
  const untaken = new Map<number, Connection>()
  let isDisconnected = false
  const send = child.send as (...all: unknown[]) => boolean
  child.send = (...all: unknown[]) => {
    const [message, connection] = all as [Partial<Handover>, Connection | undefined]
    if (message.act === 'newconn' && message.seq !== undefined && connection !== undefined)
      untaken.set(message.seq, connection)
    return send.apply(child, all)
  }
  child.on('internalMessage', ({ ack }: { ack?: number }) => {
    if (ack !== undefined) untaken.delete(ack)
  })
  child.once('disconnect', () => {
    isDisconnected = true
  })
  child.once('exit', () => setTimeout(() => setImmediate(end), lastWordsMs).unref())

  function end(): void {
    for (const connection of untaken.values()) connection.close()
    untaken.clear()
    if (!isDisconnected) child.emit('disconnect')
  }
}

/** A message of node:cluster to a worker, and its number, which the answer repeats. */
interface Handover {
  act: string
  seq: number
}

interface Connection {
  close(): void
}
