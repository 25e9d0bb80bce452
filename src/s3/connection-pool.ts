import type { CancelSignal } from '../waiting/cancellation.ts'
import { type BlockPool, createBlockPool } from './block-pool.ts'
import { Connection } from './connection.ts'
import { createFairShares, type Party, type Sharer } from './fair-shares.ts'
import { createIdleConnections } from './idle-connections.ts'
import type { S3Origin } from './open-socket.ts'
import { requestGivenUp, TransportError } from './transport-error.ts'

/** Kept-alive connections to one S3 origin, at most `maxConnections`, which people share fairly. */
export interface ConnectionPool {
  /**
   * Gives a connection that carries no exchange: the idle one that was used last, else a new one, else the next one
   * that becomes free.
   *
   * @param waitMs bounds the wait for a free connection, and connecting where that is less than the connect timeout
   * @param claim the person that the connection is for, and its use
   * @param isNew asks for a connection that was never used, where one can be had
   * @throws TransportError `unreachable`, `connect-timeout`, `pool-exhausted` or `cancelled`
   */
  acquire(
    signal: CancelSignal,
    waitMs: number,
    claim?: Claim,
    isNew?: boolean,
  ): Connection | Promise<Connection>
  /** Closes all connections that have been idle for as long as this one, which turned out to be dead. */
  distrust(dead: Connection): void
  /** Whether requests wait that a connection of this sharer could serve. */
  isCrowded(sharer: Sharer): boolean
  readonly usage: PoolUsage
  /** Keeps no idle connection from now on. Exchanges under way go on, and more may be begun. */
  retire(): void
  /** Closes every connection; exchanges under way fail. */
  close(): void
}

/** The properties of a request that decide whose turn is next. */
export interface Claim {
  sharer?: Sharer
  method?: string
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
  /** S3 closes idle connections after some seconds; the pool closes them earlier. */
  idleTimeoutMs?: number
  blocks?: BlockPool
}

interface Waiter {
  /** Gives the waiter a connection, because its turn has come. */
  serve(): void
  refuse(error: TransportError): void
}

const anybody: Claim = {}

export function createConnectionPool(options: ConnectionPoolOptions): ConnectionPool {
  const { maxConnections, idleTimeoutMs = 4000 } = options
  const connectionOptions = {
    stallTimeoutMs: options.stallTimeoutMs,
    blocks: options.blocks ?? createBlockPool(),
    onIdle,
    onClosed,
  }
  const shares = createFairShares<Waiter>(maxConnections)
  const open = new Set<Connection>()
  const idle = createIdleConnections()
  const waiters = new Set<Waiter>()
  const sweep = setInterval(() => idle.closeIdleSince(performance.now() - idleTimeoutMs), idleTimeoutMs / 4)
  sweep.unref()
  let isRetired = false
  let isClosed = false

  function free(): number {
    return maxConnections - open.size + idle.count
  }

  function take(
    party: Party<Waiter>,
    signal: CancelSignal,
    waitMs: number,
    isNew: boolean,
  ): Connection | Promise<Connection> {
    party.held++
    const connection = isNew ? undefined : idle.take()
    if (connection === undefined) return connect(party, signal, waitMs)
    connection.holder = party
    return connection
  }

  function connect(party: Party<Waiter>, signal: CancelSignal, waitMs: number): Promise<Connection> {
    if (open.size >= maxConnections) idle.closeOldest()
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
      connection.holder = party
      open.add(connection)
      signal.addEventListener('abort', abort)
    })
  }

  function wait(
    party: Party<Waiter>,
    signal: CancelSignal,
    waitMs: number,
    isHead: boolean,
    isNew: boolean,
  ): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const startedMs = performance.now()
      const stopWaiting = () => {
        clearTimeout(timer)
        signal.removeEventListener('abort', abort)
        waiters.delete(waiter)
      }
      const waiter: Waiter = {
        serve() {
          stopWaiting()
          resolve(take(party, signal, Math.max(1, waitMs - (performance.now() - startedMs)), isNew))
        },
        refuse(error) {
          stopWaiting()
          shares.leave(party, waiter)
          reject(error)
        },
      }
      const abort = () => waiter.refuse(requestGivenUp())
      const timer = setTimeout(() => {
        const whose = free() > 0 ? 'this share of the ' : 'all '
        const what = `${whose}${maxConnections} connections stayed in use for ${Math.round(waitMs)} ms (s3.maxConnections)`
        waiter.refuse(new TransportError('pool-exhausted', what))
      }, waitMs)
      waiters.add(waiter)
      signal.addEventListener('abort', abort)
      if (!shares.wait(party, isHead, waiter))
        waiter.refuse(new TransportError('pool-exhausted', 'too many requests without a session wait for S3'))
    })
  }

  function onIdle(connection: Connection): void {
    release(connection)
    if (isRetired && waiters.size === 0) connection.close()
    else idle.add(connection)
    serveWaiting()
  }

  function onClosed(connection: Connection): void {
    open.delete(connection)
    idle.remove(connection)
    release(connection)
    if (!isClosed) serveWaiting()
  }

  function release(connection: Connection): void {
    const party = connection.holder as Party<Waiter> | null
    if (party === null) return
    connection.holder = null
    party.held--
    shares.forget(party)
  }

  function serveWaiting(): void {
    if (waiters.size === 0) return
    for (let next = shares.next(free()); next !== undefined; next = shares.next(free())) next.serve()
    if (isRetired) idle.closeAll()
  }

  return {
    acquire(signal, waitMs, { sharer, method } = anybody, isNew = false) {
      if (isClosed || signal.aborted) return Promise.reject(requestGivenUp())
      const party = shares.partyOf(sharer)
      const isHead = method === 'HEAD'
      return shares.mayTake(party, isHead, free())
        ? take(party, signal, waitMs, isNew)
        : wait(party, signal, waitMs, isHead, isNew)
    },
    distrust: ({ idleSinceMs }) => idle.closeIdleSince(idleSinceMs),
    isCrowded: (sharer) => shares.isCrowded(sharer, free()),
    get usage() {
      return { open: open.size, idle: idle.count, waiting: shares.waiting }
    },
    retire() {
      isRetired = true
      clearInterval(sweep)
      idle.closeAll()
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
