import type { S3ProxyError } from '../errors.ts'
import type { ObjectBody } from '../object/object-source.ts'
import { AttemptError } from '../s3/attempt-error.ts'
import { TransportError } from '../s3/transport-error.ts'
import type { CancelSignal } from '../waiting/cancellation.ts'
import { toAttemptError, type UnmeasuredObject } from './attempt.ts'

export interface UnmeasuredOptions {
  signal: CancelSignal
  readerPatienceMs: number
  /**
   * Asks for what comes behind so many bytes; `undefined` where the object can only be had from its start.
   *
   * @returns `null` when there is nothing more
   */
  openRest: ((firstByte: number) => Promise<ObjectBody | null>) | undefined
  onRetry(error: S3ProxyError, where: 'body'): void
}

/**
 * The body of an object whose length S3 does not tell. It is whole when its coding says so. When it breaks, the answer
 * to the request for the rest tells the length, and from there on it is a body as any other.
 */
export class UnmeasuredBody implements ObjectBody {
  #source: UnmeasuredObject['body']
  #rest: ObjectBody | null | undefined
  #options: UnmeasuredOptions
  #sentBytes = 0
  #healed = 0
  #droppedBytes = 0
  #isAbandoned = false
  #isCancelled = false
  #patience: NodeJS.Timeout | undefined

  constructor(object: UnmeasuredObject, options: UnmeasuredOptions) {
    this.#source = object.body
    this.#options = options
    options.signal.addEventListener('abort', this.cancel)
  }

  get healed(): number {
    return this.#healed + (this.#rest?.healed ?? 0)
  }

  get askedTwiceBytes(): number {
    return this.#droppedBytes + (this.#rest?.askedTwiceBytes ?? 0)
  }

  read(): Uint8Array | null | Promise<Uint8Array | null> {
    clearTimeout(this.#patience)
    if (this.#rest !== undefined) return this.#rest === null ? null : this.#rest.read()
    if (this.#isAbandoned) return this.#readRest()
    const piece = this.#source.read()
    if (!(piece instanceof Promise)) return this.#take(piece)
    return piece.then(this.#take, (error) => this.#heal(error))
  }

  readonly cancel = (): void => {
    this.#isCancelled = true
    clearTimeout(this.#patience)
    this.#options.signal.removeEventListener('abort', this.cancel)
    this.#source.cancel()
    this.#rest?.cancel()
  }

  readonly #take = (piece: Uint8Array | null): Uint8Array | null => {
    if (piece === null) {
      this.#options.signal.removeEventListener('abort', this.cancel)
      return null
    }
    this.#sentBytes += piece.byteLength
    if (this.#options.openRest !== undefined)
      this.#patience = setTimeout(this.#abandon, this.#options.readerPatienceMs)
    return piece
  }

  /** A reader that takes nothing is no reason to hold a connection. */
  readonly #abandon = (): void => {
    const droppedBytes = this.#source.abandon()
    if (droppedBytes === undefined) return
    this.#isAbandoned = true
    this.#droppedBytes += droppedBytes
  }

  async #heal(failure: unknown): Promise<Uint8Array | null> {
    const error = failure instanceof TransportError ? toAttemptError(failure) : failure
    const isHealable = error instanceof AttemptError && error.mayRetry && this.#options.openRest !== undefined
    if (this.#isCancelled || !isHealable) throw error
    this.#options.onRetry(error, 'body')
    const piece = await this.#readRest()
    this.#healed++
    return piece
  }

  async #readRest(): Promise<Uint8Array | null> {
    this.#source.cancel()
    const rest = (await this.#options.openRest?.(this.#sentBytes)) ?? null
    this.#rest = rest
    if (this.#isCancelled) rest?.cancel()
    return rest === null ? null : rest.read()
  }
}
