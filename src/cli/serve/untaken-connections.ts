import type { Worker } from 'node:cluster'

/** Time after which every message is read that a worker sent before it ended. */
const lastWordsMs = 100

/**
 * Ends the connections that were handed to a worker which ended before it took them.
 *
 * The primary accepts each connection, sends it to a worker, and keeps a copy until the worker says that it has it.
 * When that worker dies first, Node forgets the copy and leaves it open (lib/internal/cluster/round_robin_handle.js);
 * the client waits for an answer that nobody sends. Node then emits no `disconnect` either, and goes on counting the
 * worker among those that listen.
 *
 * @see https://github.com/nodejs/node/issues/21746 for another way in which Node loses such a connection
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

/** The message of node:cluster that hands a connection to a worker. The answer repeats its number. */
interface Handover {
  act: string
  seq: number
}

interface Connection {
  close(): void
}
