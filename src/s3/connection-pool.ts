import type { CancelSignal } from '../waiting/cancellation.ts'
import { type BlockPool, createBlockPool } from './block-pool.ts'
import { Connection, type S3Origin } from './connection.ts'
import { requestGivenUp, TransportError } from './transport-error.ts'

/** Kept-alive connections to one S3 origin, at most `maxConnections` at a time. */
export interface ConnectionPool {
  /**
   * A connection that carries no exchange: the one used last when there is one, else a new one, else the next
   * that becomes free.
   *
   * @param waitMs how long to wait for a free one and to connect, where that is less than the connect timeout
   * @param isUrgent goes before all others that wait
   * @throws TransportError `unreachable`, `connect-timeout`, `pool-exhausted` or `cancelled`
   */
  acquire(signal: CancelSignal, waitMs: number, isUrgent?: boolean): Connection | Promise<Connection>
  readonly usage: PoolUsage
  /** From now on no idle connection is kept: exchanges under way end as they would, and more may still be begun. */
  retire(): void
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
  resolve(connection: Connection): void
  /** A connection was closed: one more may be made. */
  connect(): void
  refuse(error: TransportError): void
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
  let isRetired = false
  let isClosed = false

  function connect(signal: CancelSignal, waitMs: number): Promise<Connection> {
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
      signal.addEventListener('abort', abort)
    })
  }

  function wait(signal: CancelSignal, waitMs: number, isUrgent: boolean): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const startedMs = performance.now()
      const leave = () => {
        clearTimeout(timer)
        signal.removeEventListener('abort', abort)
        const index = waiters.indexOf(waiter)
        if (index !== -1) waiters.splice(index, 1)
      }
      const waiter: Waiter = {
        resolve(connection) {
          leave()
          resolve(connection)
        },
        connect() {
          leave()
          resolve(connect(signal, Math.max(1, waitMs - (performance.now() - startedMs))))
        },
        refuse(error) {
          leave()
          reject(error)
        },
      }
      const abort = () => waiter.refuse(requestGivenUp())
      const timer = setTimeout(() => {
        const what = `all ${options.maxConnections} connections stayed in use for ${Math.round(waitMs)} ms (s3.maxConnections)`
        waiter.refuse(new TransportError('pool-exhausted', what))
      }, waitMs)
      if (isUrgent) waiters.unshift(waiter)
      else waiters.push(waiter)
      signal.addEventListener('abort', abort)
    })
  }

  function onIdle(connection: Connection): void {
    const waiter = waiters[0]
    if (waiter !== undefined) waiter.resolve(connection)
    else if (isRetired) connection.close()
    else {
      connection.idleSinceMs = performance.now()
      idle.push(connection)
    }
  }

  function onClosed(connection: Connection): void {
    open.delete(connection)
    const index = idle.indexOf(connection)
    if (index !== -1) idle.splice(index, 1)
    if (!isClosed) waiters[0]?.connect()
  }

  function closeStale(): void {
    const oldest = performance.now() - idleTimeoutMs
    while (idle[0] !== undefined && idle[0].idleSinceMs < oldest) idle[0].close()
  }

  return {
    acquire(signal, waitMs, isUrgent = false) {
      if (isClosed || signal.aborted) return Promise.reject(requestGivenUp())
      const connection = idle.pop()
      if (connection !== undefined) return connection
      return open.size < options.maxConnections ? connect(signal, waitMs) : wait(signal, waitMs, isUrgent)
    },
    get usage() {
      return { open: open.size, idle: idle.length, waiting: waiters.length }
    },
    retire() {
      isRetired = true
      clearInterval(sweep)
      for (const connection of [...idle]) connection.close()
    },
    close() {
      isClosed = true
      clearInterval(sweep)
      for (const waiter of [...waiters])
        waiter.refuse(new TransportError('cancelled', 'no more requests are sent to S3'))
      for (const connection of [...open]) connection.close()
    },
  }
}
