import { type BlockPool, createBlockPool } from './block-pool.ts'
import { Connection, type S3Origin } from './connection.ts'
import { TransportError } from './transport-error.ts'

/** Kept-alive connections to one S3 origin, at most `maxConnections` at a time. */
export interface ConnectionPool {
  /**
   * A connection that carries no exchange: the one used last when there is one, else a new one, else the next
   * that becomes free.
   *
   * @param waitMs how long to wait for a free one, or to connect where that is less than the connect timeout
   * @throws TransportError `unreachable`, `connect-timeout`, `pool-exhausted` or `cancelled`
   */
  acquire(signal: AbortSignal, waitMs: number): Connection | Promise<Connection>
  readonly usage: PoolUsage
  /** Ends every connection; exchanges under way fail. */
  close(): void
}

export interface PoolUsage {
  open: number
  idle: number
  waiting: number
}

export interface ConnectionPoolOptions {
  origin: S3Origin
  maxConnections: number
  connectTimeoutMs: number
  stallTimeoutMs: number
  /** S3 ends its idle connections after some seconds: ours end before. */
  idleTimeoutMs?: number
  blocks?: BlockPool
}

interface Waiter {
  resolve(connection: Connection | Promise<Connection>): void
  leave(): void
}

export function createConnectionPool(options: ConnectionPoolOptions): ConnectionPool {
  const idleTimeoutMs = options.idleTimeoutMs ?? 4000
  const connectionOptions = {
    stallTimeoutMs: options.stallTimeoutMs,
    blocks: options.blocks ?? createBlockPool(),
    onIdle,
    onClosed,
  }
  const open = new Set<Connection>()
  const idle: Connection[] = []
  const waiters: Waiter[] = []
  const sweep = setInterval(closeStale, idleTimeoutMs / 4)
  sweep.unref()
  let isClosed = false

  function connect(signal: AbortSignal, waitMs: number): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const connectTimeoutMs = Math.min(options.connectTimeoutMs, waitMs)
      const connection = new Connection(
        options.origin,
        { ...connectionOptions, connectTimeoutMs },
        (error) => {
          signal.removeEventListener('abort', abort)
          if (error === null) resolve(connection)
          else reject(error)
        },
      )
      const abort = () => connection.close()
      open.add(connection)
      signal.addEventListener('abort', abort, { once: true })
    })
  }

  function wait(signal: AbortSignal, waitMs: number): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const abort = () => refuse('cancelled', 'the request was given up')
      const timer = setTimeout(() => {
        refuse(
          'pool-exhausted',
          `all ${options.maxConnections} connections stayed in use for ${waitMs} ms (s3.maxConnections)`,
        )
      }, waitMs)
      const waiter: Waiter = {
        resolve,
        leave() {
          clearTimeout(timer)
          signal.removeEventListener('abort', abort)
        },
      }
      const refuse = (failure: 'cancelled' | 'pool-exhausted', message: string) => {
        waiter.leave()
        waiters.splice(waiters.indexOf(waiter), 1)
        reject(new TransportError(failure, message))
      }
      waiters.push(waiter)
      signal.addEventListener('abort', abort, { once: true })
    })
  }

  function onIdle(connection: Connection): void {
    const waiter = waiters.shift()
    waiter?.leave()
    if (waiter !== undefined) waiter.resolve(connection)
    else {
      connection.idleSinceMs = performance.now()
      idle.push(connection)
    }
  }

  function onClosed(connection: Connection): void {
    open.delete(connection)
    const index = idle.indexOf(connection)
    if (index !== -1) idle.splice(index, 1)
    const waiter = isClosed ? undefined : waiters.shift()
    waiter?.leave()
    waiter?.resolve(connect(new AbortController().signal, options.connectTimeoutMs))
  }

  function closeStale(): void {
    const oldest = performance.now() - idleTimeoutMs
    while (idle[0] !== undefined && idle[0].idleSinceMs < oldest) idle[0].close()
  }

  return {
    acquire(signal, waitMs) {
      if (isClosed || signal.aborted)
        return Promise.reject(new TransportError('cancelled', 'the request was given up'))
      const connection = idle.pop()
      if (connection !== undefined) return connection
      return open.size < options.maxConnections ? connect(signal, waitMs) : wait(signal, waitMs)
    },
    get usage() {
      return { open: open.size, idle: idle.length, waiting: waiters.length }
    },
    close() {
      isClosed = true
      clearInterval(sweep)
      for (const connection of [...open]) connection.close()
    },
  }
}
