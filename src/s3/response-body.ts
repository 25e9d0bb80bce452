import type { ByteSource } from '../http/byte-source.ts'
import type { BlockPool } from './block-pool.ts'
import { type ChunkedDecoder, createChunkedDecoder } from './chunked-decoder.ts'
import type { Framing } from './response-head.ts'
import { TransportError } from './transport-error.ts'

/** The connection that a body arrives on, as far as the body uses it. */
export interface BodyConnection {
  resume(): void
  close(): void
}

export interface BodyOptions {
  framing: Framing
  blocks: BlockPool
  stallTimeoutMs: number
  /** Gathers small pieces. TLS hands out at most 16 KiB at a time, and each piece costs a write of its own. */
  gathers: boolean
}

/** A body up to this size, and the end of a larger one, is copied out of the buffer that all connections share. */
const copiedBytes = 64 * 1024
/** Bytes that a paused TLS socket may still hand out: one read from the network, and a record before it. */
const decryptedBytes = 80 * 1024

/** The error of every body that is cancelled. It is made once, because making a stack costs more than ending a body. */
const givenUp = new TransportError('cancelled', 'the body was given up')

/**
 * The body of one answer while it arrives.
 *
 * A large body over plain TCP lands in a block of its own. The block is lent to the reader as it is while the socket
 * pauses, so no byte is copied. Small and encrypted bodies are gathered in a block while the reader still has the
 * block before.
 */
export class ResponseBody implements ByteSource {
  readonly #connection: BodyConnection
  readonly #blocks: BlockPool
  readonly #stallTimeoutMs: number
  readonly #gathers: boolean
  readonly #decoder: ChunkedDecoder | null
  /** Bytes still to come; `Infinity` where the decoder or the end of the connection tells the end. */
  #remaining: number
  #readBuffer: Buffer | null = null
  #arrived: Buffer | null = null
  #arrivedBytes = 0
  /** The block that the reader has. */
  #lent: Buffer | null = null
  #waiter: { resolve(piece: Uint8Array | null): void; reject(error: Error): void } | null = null
  #timer: NodeJS.Timeout | undefined
  #flush: NodeJS.Immediate | undefined
  #failure: Error | null = null
  #isComplete = false
  #isPaused = false
  /** The blocks of `#arrived` and `#lent` that belong to the pool. */
  readonly #taken = new Set<Buffer>()

  constructor(connection: BodyConnection, options: BodyOptions) {
    this.#connection = connection
    this.#blocks = options.blocks
    this.#stallTimeoutMs = options.stallTimeoutMs
    this.#gathers = options.gathers
    this.#decoder = options.framing.kind === 'chunked' ? createChunkedDecoder() : null
    this.#remaining = options.framing.kind === 'length' ? options.framing.sizeBytes : Number.POSITIVE_INFINITY
    this.#isComplete = this.#remaining === 0
  }

  get isComplete(): boolean {
    return this.#isComplete
  }

  /** Memory for the next read; `null` for the buffer that all connections share. */
  get readBuffer(): Buffer | null {
    if (this.#readBuffer === null && this.#readsIntoBlock) this.#readBuffer = this.#blocks.take()
    return this.#readBuffer
  }

  /**
   * Takes bytes that have arrived.
   *
   * @param bytes a view of `readBuffer` where that is not `null`, else of memory that is used again
   * @returns the number of bytes that belong to this body
   * @throws TransportError `garbage` when they do not follow the chunked coding
   */
  accept(bytes: Buffer): number {
    const own = bytes.length > this.#remaining ? bytes.subarray(0, this.#remaining) : bytes
    if (this.#readBuffer !== null && bytes.buffer === this.#readBuffer.buffer) {
      this.#arrived = own
      this.#arrivedBytes = own.length
    } else this.#gather(this.#decoder === null ? own : this.#decoder.push(own))
    this.#remaining -= own.length
    this.#isComplete = this.#remaining === 0 || this.#decoder?.isDone === true
    // TLS hands out records after a pause as well. Only `resume` ends the pause, whatever room there is by then.
    if (!this.#isComplete) this.#isPaused ||= !this.#hasRoom()
    else if (this.#isPaused) this.#resume()
    if (this.#waiter !== null && (this.#arrivedBytes > 0 || this.#isComplete)) this.#deliverSoon()
    return own.length
  }

  /** Whether the connection has to stop reading until `resume`. */
  get isPaused(): boolean {
    return this.#isPaused
  }

  /** Notes that the connection has ended. @param failure `null` when it ended where this body may end */
  end(failure: Error | null): void {
    if (this.#isComplete || this.#failure !== null) return
    if (failure === null) this.#isComplete = true
    else this.#failure = failure
    if (this.#waiter !== null) this.#deliver()
  }

  get mayEndByClose(): boolean {
    return this.#remaining === Number.POSITIVE_INFINITY && this.#decoder === null
  }

  read(): Uint8Array | null | Promise<Uint8Array | null> {
    this.#releaseLent()
    if (this.#arrivedBytes > 0) {
      const piece = this.#lend()
      if (this.#isPaused && !this.#readsIntoBlock) this.#resume()
      return piece
    }
    if (this.#failure !== null) return Promise.reject(this.#failure)
    if (this.#isComplete) {
      this.#releaseReadBuffer()
      return null
    }
    return new Promise((resolve, reject) => {
      this.#waiter = { resolve, reject }
      this.#timer = setTimeout(this.#onStall, this.#stallTimeoutMs)
      if (this.#isPaused) this.#resume()
    })
  }

  /**
   * Closes the connection of an incomplete body. The piece that the reader holds stays valid until `cancel`.
   *
   * @returns the number of arrived bytes that are dropped; `undefined` where the body is complete, and nothing was done
   */
  abandon(): number | undefined {
    if (this.#isComplete) return undefined
    const droppedBytes = this.#arrivedBytes
    this.#giveUp()
    if (this.#lent?.buffer !== this.#readBuffer?.buffer) this.#releaseReadBuffer()
    return droppedBytes
  }

  cancel(): void {
    this.#giveUp()
    this.#releaseLent()
    this.#releaseReadBuffer()
  }

  #giveUp(): void {
    const wasOpen = !this.#isComplete && this.#failure === null
    this.#arrivedBytes = 0
    this.#failure ??= givenUp
    if (this.#waiter !== null) this.#deliver()
    this.#releaseArrived()
    if (wasOpen) this.#connection.close()
  }

  get #readsIntoBlock(): boolean {
    if (this.#gathers || this.#decoder !== null) return false
    return this.#readBuffer !== null || this.#remaining > copiedBytes
  }

  #hasRoom(): boolean {
    if (this.#arrived === null || this.#arrivedBytes === 0) return true
    return (
      !this.#readsIntoBlock &&
      this.#arrivedBytes <= Math.max(copiedBytes, this.#arrived.length - decryptedBytes)
    )
  }

  #gather(bytes: Buffer): void {
    if (bytes.length === 0) return
    if (this.#arrived === null) this.#arrived = this.#newGathering(bytes.length)
    else if (this.#arrivedBytes + bytes.length > this.#arrived.length) {
      const larger = Buffer.allocUnsafe(2 * (this.#arrivedBytes + bytes.length))
      this.#arrived.copy(larger, 0, 0, this.#arrivedBytes)
      this.#releaseArrived()
      this.#arrived = larger
    }
    bytes.copy(this.#arrived, this.#arrivedBytes)
    this.#arrivedBytes += bytes.length
  }

  #newGathering(sizeBytes: number): Buffer {
    const isLarge = this.#remaining > copiedBytes && (this.#gathers || this.#blocks.nextBytes <= copiedBytes)
    if (sizeBytes > copiedBytes || isLarge) {
      const block = this.#blocks.take()
      if (block.length >= sizeBytes) {
        this.#taken.add(block)
        return block
      }
      this.#blocks.give(block)
    }
    return Buffer.allocUnsafe(Math.max(sizeBytes, Math.min(this.#remaining, copiedBytes)))
  }

  #lend(): Uint8Array {
    const arrived = this.#arrived as Buffer
    const piece = arrived.subarray(0, this.#arrivedBytes)
    this.#lent = arrived
    this.#arrived = null
    this.#arrivedBytes = 0
    return piece
  }

  #deliverSoon(): void {
    if (!this.#gathers || this.#isComplete || this.#isPaused) this.#deliver()
    else this.#flush ??= setImmediate(this.#deliver)
  }

  readonly #deliver = (): void => {
    if (this.#flush !== undefined) clearImmediate(this.#flush)
    this.#flush = undefined
    const waiter = this.#waiter
    if (waiter === null) return
    this.#waiter = null
    clearTimeout(this.#timer)
    if (this.#arrivedBytes > 0) waiter.resolve(this.#lend())
    else if (this.#failure !== null) waiter.reject(this.#failure)
    else {
      this.#releaseReadBuffer()
      waiter.resolve(null)
    }
  }

  readonly #onStall = (): void => {
    this.end(new TransportError('stalled', `S3 sent no byte of the body for ${this.#stallTimeoutMs} ms`))
    this.#connection.close()
  }

  #resume(): void {
    this.#isPaused = false
    this.#connection.resume()
  }

  #releaseLent(): void {
    if (this.#lent !== null) this.#giveBack(this.#lent)
    this.#lent = null
  }

  #releaseArrived(): void {
    if (this.#arrived !== null) this.#giveBack(this.#arrived)
    this.#arrived = null
  }

  #giveBack(block: Buffer): void {
    if (this.#taken.delete(block)) this.#blocks.give(block)
  }

  #releaseReadBuffer(): void {
    if (this.#readBuffer !== null) this.#blocks.give(this.#readBuffer)
    this.#readBuffer = null
  }
}
