import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { RequestRecord, type ResetReason } from '../telemetry/request-record.ts'
import { Deadline } from '../waiting/deadline.ts'
import { withinDeadline } from '../waiting/within-deadline.ts'
import { headBytes } from './head-bytes.ts'
import { resetSocket } from './reset-socket.ts'
import { stopParserOnceDestroyed } from './stop-parser.ts'

/** A request whose turn to be answered comes once all before it on its connection are answered. */
export interface Turn {
  message: IncomingMessage
  response: ServerResponse
  record: RequestRecord
  /** It came when the shutdown had begun. */
  isLate: boolean
  /** Memory for its head while it waits for those before it; 0 where its turn came at once. */
  waitingBytes: number
}

/** The connection of one client. */
export interface ClientConnection {
  readonly socket: Socket
  /** Not yet answered; the first one's turn is now. */
  readonly turns: Turn[]
  /** Says to the client why nothing more is read, once its turn comes. */
  refusal?: () => void
  isRefused: boolean
  /** Nothing is read, because so much waits already. */
  isHeld: boolean
  /** Sum of `waitingBytes` of its turns. */
  waitingBytes: number
}

export interface ConnectionsOptions {
  /** Answers one request; never rejects. */
  answer(turn: Turn): Promise<void>
  /** The connection ended before a request's turn came. */
  onDropped(turn: Turn): void
  sendTimeoutMs(): number
}

/** All connections, and which of their requests are not yet answered. */
export interface Connections {
  readonly isDraining: boolean
  add(socket: Socket): void
  /** Takes a request, to be answered after those before it. */
  take(message: IncomingMessage, response: ServerResponse): void
  /** Nothing more can be read from a connection: calls `refusal` once what came before is answered, and once only. */
  refuse(socket: Socket, refusal: () => void): void
  /** Nothing has moved on a connection for `sendTimeoutMs`, or for as long as it may be idle. */
  timeOut(socket: Socket): void
  /**
   * From now on each connection ends with its last answer, and at once where there is nothing to answer.
   *
   * @returns how many requests were still under way after `timeoutMs` and were reset
   */
  drain(timeoutMs: number): Promise<number>
}

/**
 * Where so many requests of a connection are unanswered, nothing more is read from it. It is more than one, because
 * a client that leaves is only noticed while its connection is read, or when something is sent.
 */
const heldTurns = 8
/** Node parses all requests of one read, up to 64 KiB, and so more than `heldTurns`; a connection with more ends. */
const maxTurns = 256
/** For requests that wait for others of their connection: on one connection, and on all of this process. */
const maxWaitingBytes = { connection: 2 << 20, process: 32 << 20 }
/** For the access lines of what was reset. */
const lastWordsMs = 250

/**
 * Keeps the order on each connection: pipelined requests are answered one after the other, so that a client that
 * sends a thousand of them does not make us ask S3 a thousand times at once, and what cannot be parsed is answered
 * after what could.
 */
export function createConnections({ answer, onDropped, sendTimeoutMs }: ConnectionsOptions): Connections {
  const open = new Map<Socket, ClientConnection>()
  let isDraining = false
  /** Requests being answered, of closed connections too. */
  let answering = 0
  let waitingBytes = 0
  let onChange: () => void = () => {}

  async function answerAll(connection: ClientConnection): Promise<void> {
    const { socket, turns } = connection
    answering++
    for (let turn = turns[0]; turn !== undefined; turn = turns[0]) {
      await answer(turn)
      turns.shift()
      // An answer with `connection: close` is the last one.
      if (!socket.writable) drop(connection, turns.splice(0))
      else if (turns[0] !== undefined) release(connection, turns[0])
    }
    answering--
    connection.refusal?.()
    // The head may have promised to keep the connection before the shutdown began.
    if (isDraining && !connection.isRefused) socket.destroySoon()
    onChange()
  }

  function forget(connection: ClientConnection): void {
    open.delete(connection.socket)
    // The first one sees by itself that its client is gone.
    drop(connection, connection.turns.splice(1))
    onChange()
  }

  /** A request does not wait any more. */
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

  /** Lets a request wait for those before it, and its connection end when that is too much. */
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

  /** Waits for the end of all connections, and then, for a moment at most, for what is still being answered. */
  async function ended(timeoutMs: number): Promise<void> {
    const deadline = new Deadline(timeoutMs, () => performance.now())
    await withinDeadline(
      until(() => open.size === 0),
      timeoutMs,
      () => {},
    )
    if (open.size === 0)
      await withinDeadline(
        until(() => answering === 0),
        Math.min(lastWordsMs, deadline.remainingMs),
        () => {},
      )
    onChange = () => {}
  }

  function until(isSo: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      onChange = () => {
        if (isSo()) resolve()
      }
      onChange()
    })
  }

  return {
    get isDraining() {
      return isDraining
    },
    add(socket) {
      // Its handshake took until after the listener was closed.
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
      // Node reads on after each request that it has parsed, whoever has paused the socket.
      socket.on('resume', () => {
        if (connection.isHeld) socket.pause()
      })
      socket.once('close', () => forget(connection))
    },
    take(message, response) {
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
      // Waiting for S3 or the SSO is not the client's fault.
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
      if (requests > 0) await ended(lastWordsMs)
      return requests
    },
  }
}
