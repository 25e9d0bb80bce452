import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { RequestRecord, type ResetReason } from '../telemetry/request-record.ts'
import { Deadline } from '../waiting/deadline.ts'
import { withinDeadline } from '../waiting/within-deadline.ts'
import { headBytes } from './head-bytes.ts'
import { resetSocket } from './reset-socket.ts'
import { stopParserOnceDestroyed } from './stop-parser.ts'

/** A request in the queue of its connection. Its turn comes when all requests before it are answered. */
export interface Turn {
  message: IncomingMessage
  response: ServerResponse
  record: RequestRecord
  /** Whether it came after the shutdown had begun. */
  isLate: boolean
  /** Memory of its head while it waits for those before it; 0 where its turn came at once. */
  waitingBytes: number
}

/** The connection of one client. */
export interface ClientConnection {
  readonly socket: Socket
  /** The requests that are not yet answered. It is the turn of the first one. */
  readonly turns: Turn[]
  /** Answers what could not be parsed, when its turn comes. */
  refusal?: () => void
  isRefused: boolean
  /** Whether reading is paused, because too many of its requests wait. */
  isHeld: boolean
  /** The sum of `waitingBytes` of its turns. */
  waitingBytes: number
}

export interface ConnectionsOptions {
  /** Answers one request; never rejects. */
  answer(turn: Turn): Promise<void>
  /** Called for a request whose connection ended before its turn came. */
  onDropped(turn: Turn): void
  sendTimeoutMs(): number
}

/** All connections, and which of their requests are not yet answered. */
export interface Connections {
  readonly isDraining: boolean
  add(socket: Socket): void
  /** Queues a request behind those before it on its connection. */
  enqueue(message: IncomingMessage, response: ServerResponse): void
  /** Ends the queue of a connection that cannot be parsed any further: calls `refusal` once after the requests before. */
  refuse(socket: Socket, refusal: () => void): void
  /** Handles a connection on which nothing has moved for `sendTimeoutMs`, or for as long as it may be idle. */
  timeOut(socket: Socket): void
  /**
   * Ends each connection after its last answer, and at once where it has no request.
   *
   * @returns the number of requests that were still under way after `timeoutMs` and were reset
   */
  drain(timeoutMs: number): Promise<number>
}

/**
 * The number of unanswered requests at which a connection is no longer read. It is more than one, because only a read
 * or a write shows that a client has left.
 */
const heldTurns = 8
/** The most unanswered requests of a connection. Node parses all requests of one read of 64 KiB, before it can pause. */
const maxTurns = 256
/** The most memory for heads of waiting requests: of one connection, and of all connections of this process. */
const maxWaitingBytes = { connection: 2 << 20, process: 32 << 20 }
/** Time for the access lines of requests that were reset. */
const accessLinesMs = 250

/**
 * Keeps the order of requests on each connection. Pipelined requests are answered one after the other, so a client
 * that sends a thousand of them causes one request to S3 at a time. Bytes that cannot be parsed are answered after
 * the requests before them.
 */
export function createConnections({ answer, onDropped, sendTimeoutMs }: ConnectionsOptions): Connections {
  const open = new Map<Socket, ClientConnection>()
  let isDraining = false
  /** The number of connections whose requests are being answered, closed ones included. */
  let answering = 0
  let waitingBytes = 0
  let onChange: () => void = () => {}

  async function answerAll(connection: ClientConnection): Promise<void> {
    const { socket, turns } = connection
    answering++
    for (let turn = turns[0]; turn !== undefined; turn = turns[0]) {
      await answer(turn)
      turns.shift()
      // No answer can follow one with `connection: close`.
      if (!socket.writable) drop(connection, turns.splice(0))
      else if (turns[0] !== undefined) release(connection, turns[0])
    }
    answering--
    connection.refusal?.()
    // The head may have been sent before the shutdown began, without `connection: close`.
    if (isDraining && !connection.isRefused) socket.destroySoon()
    onChange()
  }

  function forget(connection: ClientConnection): void {
    open.delete(connection.socket)
    // The first one notices by itself that its client has left.
    drop(connection, connection.turns.splice(1))
    onChange()
  }

  /** Gives back the memory of a request that no longer waits, and lets its connection be read again. */
  function release(connection: ClientConnection, turn: Turn): void {
    waitingBytes -= turn.waitingBytes
    connection.waitingBytes -= turn.waitingBytes
    turn.waitingBytes = 0
    if (!connection.isHeld || connection.turns.length >= heldTurns) return
    connection.isHeld = false
    connection.socket.resume()
  }

  function drop(connection: ClientConnection, turns: Turn[]): void {
    for (const turn of turns) {
      release(connection, turn)
      onDropped(turn)
    }
  }

  /** Makes a request wait for those before it. The connection is closed where too much waits already. */
  function wait(connection: ClientConnection, turn: Turn): void {
    const { socket, turns } = connection
    turn.waitingBytes = headBytes(turn.message)
    waitingBytes += turn.waitingBytes
    connection.waitingBytes += turn.waitingBytes
    const isTooMuch =
      turns.length > maxTurns ||
      connection.waitingBytes > maxWaitingBytes.connection ||
      waitingBytes > maxWaitingBytes.process
    if (isTooMuch) socket.destroy()
    else if (turns.length >= heldTurns) {
      connection.isHeld = true
      socket.pause()
    }
  }

  function reset(connection: ClientConnection, reason: ResetReason): void {
    const [answered] = connection.turns
    if (answered !== undefined) answered.record.resetReason = reason
    resetSocket(connection.socket)
  }

  /** Waits for the end of all connections, and then for a moment for the end of their answers. */
  async function ended(timeoutMs: number): Promise<void> {
    const deadline = new Deadline(timeoutMs, () => performance.now())
    await withinDeadline(
      untilTrue(() => open.size === 0),
      timeoutMs,
      () => {},
    )
    if (open.size === 0)
      await withinDeadline(
        untilTrue(() => answering === 0),
        Math.min(accessLinesMs, deadline.remainingMs),
        () => {},
      )
    onChange = () => {}
  }

  function untilTrue(condition: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      onChange = () => {
        if (condition()) resolve()
      }
      onChange()
    })
  }

  return {
    get isDraining() {
      return isDraining
    },
    add(socket) {
      // A TLS handshake can end after the listener was closed.
      if (isDraining) return void socket.destroy()
      const connection: ClientConnection = {
        socket,
        turns: [],
        isRefused: false,
        isHeld: false,
        waitingBytes: 0,
      }
      open.set(socket, connection)
      stopParserOnceDestroyed(socket)
      // Node resumes the socket after each request that it has parsed, even where somebody else paused it.
      socket.on('resume', () => {
        if (connection.isHeld) socket.pause()
      })
      socket.once('close', () => forget(connection))
    },
    enqueue(message, response) {
      const connection = open.get(message.socket)
      const turn: Turn = {
        message,
        response,
        record: new RequestRecord(message.method),
        isLate: isDraining,
        waitingBytes: 0,
      }
      if (connection === undefined) return onDropped(turn)
      connection.turns.push(turn)
      if (connection.turns.length === 1) void answerAll(connection)
      else wait(connection, turn)
    },
    refuse(socket, refusal) {
      const connection = open.get(socket)
      if (connection === undefined || connection.isRefused) return
      connection.isRefused = true
      if (connection.turns.length === 0) refusal()
      else connection.refusal = refusal
    },
    timeOut(socket) {
      const connection = open.get(socket)
      if (connection === undefined || connection.turns.length === 0) socket.destroy()
      // With nothing left to write, the client waits for S3 or the SSO, and gets more time.
      else if (socket.writableLength === 0) socket.setTimeout(sendTimeoutMs())
      else reset(connection, 'SEND_TIMEOUT')
    },
    async drain(timeoutMs) {
      isDraining = true
      for (const { socket, turns } of open.values()) if (turns.length === 0) socket.destroy()
      await ended(timeoutMs)
      const cut = [...open.values()].filter(({ turns }) => turns.length > 0)
      const requests = cut.reduce((sum, { turns }) => sum + turns.length, 0)
      for (const connection of cut) reset(connection, 'SHUTTING_DOWN')
      if (requests > 0) await ended(accessLinesMs)
      return requests
    },
  }
}
