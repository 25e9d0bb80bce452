import type { ByteSource } from '../http/byte-source.ts'
import type { BlockPool } from './block-pool.ts'
import { type ChunkedDecoder, createChunkedDecoder } from './chunked-decoder.ts'
import type { Framing } from './response-head.ts'
import { TransportError } from './transport-error.ts'

/** What a body asks of the connection that it arrives on. */
export interface BodyConnection {
  resume(): void
  close(): void
}

export interface BodyOptions {
  framing: Framing
  blocks: BlockPool
  stallTimeoutMs: number
  /** TLS hands out at most 16 KiB at a time: pieces are gathered, or each would cost a write of its own. */
  gathers: boolean
}

/** Bodies up to this size, and ends of larger ones, are copied out of the landing all connections share. */
const copiedBytes = 64 * 1024
/** A TLS socket that was paused still hands out what it has taken off the network: one read, and a record before. */
const decryptedBytes = 80 * 1024

/** Every body ends with it, so it is made once: its stack would cost more than the rest of the ending. */
const givenUp = new TransportError('cancelled', 'the body was given up')

/**
 * The body of one answer while it arrives.
 *
 * A large body over plain TCP lands in a block of its own, which is lent to the reader as it is while the
 * socket pauses: no byte is copied here. Small and encrypted bodies are gathered in a block while the reader
 * still has the block before.
 */
export class ResponseBody implements ByteSource {
  readonly #connection: BodyConnection
  readonly #blocks: BlockPool
  readonly #stallTimeoutMs: number
  readonly #gathers: boolean
  readonly #decoder: ChunkedDecoder | null
  /** Bytes still to come; without a length, until the decoder or the end of the connection says so. */
  #remaining: number
  #landing: Buffer | null = null
  #arrived: Buffer | null = null
  #arrivedBytes = 0
  /** The block that the reader looks at. */
  #lent: Buffer | null = null
  #waiter: { resolve(piece: Uint8Array | null): void; reject(error: Error): void } | null = null
  #timer: NodeJS.Timeout | undefined
  #flush: NodeJS.Immediate | undefined
  #failure: Error | null = null
  #isComplete = false
  #isPaused = false
  /** Blocks of the pool among those that `#arrived` and `#lent` point to. */
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

  /** Where the connection shall read the next bytes into; `null` for the landing that all connections share. */
  get landing(): Buffer | null {
    if (this.#landing === null && this.#landsInBlock) this.#landing = this.#blocks.take()
    return this.#landing
  }

  /**
   * Takes bytes that have arrived.
   *
   * @param bytes a view of `landing` where that was given, else of memory that is used again
   * @returns how many of them belong to this body
   * @throws TransportError `garbage` when they do not follow the chunked coding
   */
  accept(bytes: Buffer): number {
    const own = bytes.length > this.#remaining ? bytes.subarray(0, this.#remaining) : bytes
    if (this.#landing !== null && bytes.buffer === this.#landing.buffer) {
      this.#arrived = own
      this.#arrivedBytes = own.length
    } else this.#gather(this.#decoder === null ? own : this.#decoder.push(own))
    this.#remaining -= own.length
    this.#isComplete = this.#remaining === 0 || this.#decoder?.isDone === true
    // TLS hands out records even after the pause: only `resume` ends it, whatever room there is by then.
    if (!this.#isComplete) this.#isPaused ||= !this.#hasRoom()
    else if (this.#isPaused) this.#resume()
    if (this.#waiter !== null && (this.#arrivedBytes > 0 || this.#isComplete)) this.#deliverSoon()
    return own.length
  }

  /** Whether the connection shall stop reading until `resume`. */
  get isPaused(): boolean {
    return this.#isPaused
  }

  /** The connection has ended. @param failure `null` when it ended where this body may end */
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
      if (this.#isPaused && !this.#landsInBlock) this.#resume()
      return piece
    }
    if (this.#failure !== null) return Promise.reject(this.#failure)
    if (this.#isComplete) {
      this.#releaseLanding()
      return null
    }
    return new Promise((resolve, reject) => {
      this.#waiter = { resolve, reject }
      this.#timer = setTimeout(this.#onStall, this.#stallTimeoutMs)
      if (this.#isPaused) this.#resume()
    })
  }

  /**
   * Ends the connection where the body is not yet complete; the piece that the reader holds stays valid until
   * `cancel`.
   *
   * @returns how many bytes had arrived and are dropped; `undefined` when all have arrived, and nothing was done
   */
  abandon(): number | undefined {
    if (this.#isComplete) return undefined
    const droppedBytes = this.#arrivedBytes
    this.#giveUp()
    if (this.#lent?.buffer !== this.#landing?.buffer) this.#releaseLanding()
    return droppedBytes
  }

  cancel(): void {
    this.#giveUp()
    this.#releaseLent()
    this.#releaseLanding()
  }

  #giveUp(): void {
    const wasOpen = !this.#isComplete && this.#failure === null
    this.#arrivedBytes = 0
    this.#failure ??= givenUp
    if (this.#waiter !== null) this.#deliver()
    this.#releaseArrived()
    if (wasOpen) this.#connection.close()
  }

  get #landsInBlock(): boolean {
    if (this.#gathers || this.#decoder !== null) return false
    return this.#landing !== null || this.#remaining > copiedBytes
  }

  #hasRoom(): boolean {
    if (this.#arrived === null || this.#arrivedBytes === 0) return true
    return (
      !this.#landsInBlock &&
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
      this.#releaseLanding()
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

  #releaseLanding(): void {
    if (this.#landing !== null) this.#blocks.give(this.#landing)
    this.#landing = null
  }
}
