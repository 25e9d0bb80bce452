import type net from 'node:net'
import { messageOf } from '../errors.ts'
import type { ByteSource } from '../http/byte-source.ts'
import type { CancelSignal } from '../waiting/cancellation.ts'
import type { BlockPool } from './block-pool.ts'
import { HeadReader } from './head-reader.ts'
import { connectedEvent, openSocket, type S3Origin } from './open-socket.ts'
import { ResponseBody } from './response-body.ts'
import type { ResponseHead } from './response-head.ts'
import { readBufferFor, sharedReadBuffer } from './shared-read-buffer.ts'
import { TransportError } from './transport-error.ts'

export interface S3Response extends Pick<ResponseHead, 'status' | 'headers' | 'contentLength'> {
  body: ByteSource & Pick<ResponseBody, 'abandon'>
}

export interface ConnectionOptions {
  connectTimeoutMs: number
  stallTimeoutMs: number
  blocks: BlockPool
  /** Called when the exchange is over and the connection can carry another one. */
  onIdle(connection: Connection): void
  onClosed(connection: Connection): void
}

/** An exchange whose head has not come yet. */
interface Waiter {
  resolve(response: S3Response): void
  reject(error: Error): void
  method: string
  signal: CancelSignal
}

/** One HTTP/1.1 connection to S3, which carries one exchange at a time. @see docs/decisions/002-s3-transport.md */
export class Connection {
  readonly #socket: net.Socket
  readonly #options: ConnectionOptions
  readonly #isSecure: boolean
  #state: 'connecting' | 'idle' | 'head' | 'body' | 'closed' = 'connecting'
  #readBuffer: Buffer = sharedReadBuffer
  readonly #heads = new HeadReader()
  #waiter: Waiter | null = null
  #body: ResponseBody | null = null
  #keepAlive = true
  #exchanges = 0
  #timer: NodeJS.Timeout | undefined
  /** Time when it last became idle, by `performance.now()`; the pool sets it. */
  idleSinceMs = 0
  /** The party that uses it now; the pool sets it. */
  holder: object | null = null

  /**
   * Starts to connect.
   *
   * @param onConnected called once; with an error where the connection failed
   */
  constructor(origin: S3Origin, options: ConnectionOptions, onConnected: (error: Error | null) => void) {
    this.#options = options
    this.#isSecure = origin.isSecure
    this.#socket = openSocket(origin, {
      // Node asks before every read, and each read lands where its bytes are wanted.
      buffer: () =>
        this.#readBuffer === sharedReadBuffer ? readBufferFor(options.blocks) : this.#readBuffer,
      callback: (sizeBytes, buffer) => this.#receive(buffer as Buffer, sizeBytes),
    })
    let isSettled = false
    const settle = (error: Error | null) => {
      if (isSettled) return
      isSettled = true
      clearTimeout(this.#timer)
      onConnected(error)
    }
    this.#timer = setTimeout(() => {
      this.#fail(
        new TransportError(
          'connect-timeout',
          `no connection to S3 within ${Math.round(options.connectTimeoutMs)} ms`,
        ),
      )
    }, options.connectTimeoutMs)
    this.#onConnectFailed = settle
    this.#socket.once(connectedEvent(origin), () => {
      if (this.#state !== 'connecting') return
      this.#state = 'idle'
      settle(null)
    })
    this.#socket.on('error', (error) => this.#onEnd(error))
    this.#socket.on('end', () => this.#onEnd(null))
    this.#socket.on('close', () => this.#onEnd(null))
  }

  readonly #onConnectFailed: (error: Error) => void

  /**
   * Sends one request, and answers as soon as the head of the response has arrived.
   *
   * @param head request line and headers, latin1, with the empty line
   * @param timeoutMs until the whole head has arrived
   * @param signal ends the connection when it fires before the head has arrived
   * @throws TransportError
   */
  exchange(method: string, head: string, timeoutMs: number, signal: CancelSignal): Promise<S3Response> {
    if (this.#state !== 'idle')
      return Promise.reject(new TransportError('stale', 'S3 closed an idle connection'))
    this.#state = 'head'
    this.#exchanges++
    this.#heads.begin()
    return new Promise((resolve, reject) => {
      this.#waiter = { resolve, reject, method, signal }
      signal.addEventListener('abort', this.close)
      this.#timer = setTimeout(() => {
        const what = `S3 did not answer within ${Math.round(timeoutMs)} ms`
        this.#fail(new TransportError(this.#isUnheard ? 'stale' : 'stalled', what))
      }, timeoutMs)
      this.#socket.write(head, 'latin1')
    })
  }

  resume(): void {
    this.#socket.resume()
  }

  /** Closes the connection at once; an exchange under way fails with `cancelled`. */
  readonly close = (): void => {
    this.#fail(new TransportError('cancelled', 'the exchange was given up'))
  }

  #receive(buffer: Buffer, sizeBytes: number): boolean {
    try {
      const bytes = buffer.subarray(0, sizeBytes)
      if (this.#state === 'head') this.#receiveHead(bytes)
      else if (this.#state === 'body') this.#receiveBody(bytes)
      else if (this.#state === 'idle')
        this.#fail(new TransportError('garbage', 'S3 spoke without being asked'))
    } catch (error) {
      this.#fail(error as Error)
    }
    return this.#body === null || !this.#body.isPaused
  }

  #receiveHead(bytes: Buffer): void {
    const waiter = this.#waiter
    if (waiter === null) return
    const head = this.#heads.receive(bytes, waiter.method)
    if (head !== null) this.#beginBody(head, this.#heads.rest)
  }

  #beginBody(head: ResponseHead, rest: Buffer): void {
    const waiter = this.#stopWaiting()
    this.#keepAlive = head.keepAlive
    const body = new ResponseBody(this, {
      framing: head.framing,
      blocks: this.#options.blocks,
      stallTimeoutMs: this.#options.stallTimeoutMs,
      gathers: this.#isSecure,
    })
    this.#body = body
    this.#state = 'body'
    const { status, headers, contentLength } = head
    waiter?.resolve({ status, headers, contentLength, body })
    this.#receiveBody(rest)
  }

  #receiveBody(bytes: Buffer): void {
    const body = this.#body
    if (body === null) return
    const taken = bytes.length > 0 ? body.accept(bytes) : 0
    if (!body.isComplete) {
      this.#readBuffer = body.readBuffer ?? sharedReadBuffer
      return
    }
    this.#readBuffer = sharedReadBuffer
    this.#body = null
    this.#state = 'idle'
    if (taken < bytes.length || !this.#keepAlive) {
      this.#fail(new TransportError('cancelled', 'not to be used again'))
      return
    }
    this.#options.onIdle(this)
  }

  #onEnd(cause: Error | null): void {
    if (this.#state === 'closed') return
    if (cause === null && this.#state === 'body' && this.#body?.mayEndByClose) {
      this.#body.end(null)
      this.#fail(new TransportError('cancelled', 'not to be used again'))
      return
    }
    if (this.#state === 'connecting') {
      this.#fail(
        new TransportError(
          'unreachable',
          `no connection to S3: ${cause === null ? 'closed' : messageOf(cause)}`,
          {
            cause,
          },
        ),
      )
      return
    }
    const isStale = this.#state === 'head' && this.#isUnheard
    const how = cause === null ? 'closed the connection' : `broke the connection (${messageOf(cause)})`
    const where = this.#state === 'head' ? 'before answering' : 'in the middle of a body'
    this.#fail(new TransportError(isStale ? 'stale' : 'cut', `S3 ${how} ${where}`, { cause }))
  }

  /** Whether the connection was kept from an exchange before, and no byte has come for the one under way. */
  get #isUnheard(): boolean {
    return this.#exchanges > 1 && this.#heads.isUntouched
  }

  #stopWaiting(): Waiter | null {
    clearTimeout(this.#timer)
    const waiter = this.#waiter
    this.#waiter = null
    waiter?.signal.removeEventListener('abort', this.close)
    return waiter
  }

  #fail(error: Error): void {
    if (this.#state === 'closed') return
    const wasConnecting = this.#state === 'connecting'
    this.#state = 'closed'
    const waiter = this.#stopWaiting()
    this.#socket.destroy()
    if (wasConnecting) this.#onConnectFailed(error)
    waiter?.reject(error)
    const body = this.#body
    this.#body = null
    body?.end(error)
    this.#options.onClosed(this)
  }
}
