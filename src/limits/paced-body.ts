import type { ByteSource } from '../http/byte-source.ts'
import type { CancelSignal } from '../waiting/cancellation.ts'
import type { ByteBudget, ByteWaiter } from './byte-budget.ts'

const nothing = new Uint8Array(0)

/**
 * A body that goes out at the pace of a budget.
 *
 * It copies and collects nothing: it hands on slices of the piece that the body has given, and asks for the next piece
 * only after the last slice. A pause between slices is a pause of the reader for the body behind it, which gives its
 * connection to S3 back in a long one.
 */
export class PacedBody implements ByteSource {
  readonly #body: ByteSource
  readonly #budget: ByteBudget
  readonly #signal: CancelSignal
  /** Bytes of the last piece that are not yet handed on. */
  #held: Uint8Array = nothing
  #leave: (() => void) | undefined

  /** @param signal fires when the reader has left */
  constructor(body: ByteSource, budget: ByteBudget, signal: CancelSignal) {
    this.#body = body
    this.#budget = budget
    this.#signal = signal
    signal.addEventListener('abort', this.cancel)
  }

  read(): Uint8Array | null | Promise<Uint8Array | null> {
    if (this.#held.byteLength > 0) return this.#handOn()
    const piece = this.#body.read()
    return piece instanceof Promise ? piece.then(this.#take) : this.#take(piece)
  }

  readonly cancel = (): void => {
    this.#signal.removeEventListener('abort', this.cancel)
    this.#held = nothing
    this.#body.cancel()
    this.#leave?.()
  }

  readonly #take = (piece: Uint8Array | null): Uint8Array | null | Promise<Uint8Array | null> => {
    if (piece === null) {
      this.#signal.removeEventListener('abort', this.cancel)
      return null
    }
    this.#held = piece
    return this.#handOn()
  }

  #handOn(): Uint8Array | Promise<Uint8Array> {
    const wantedBytes = this.#held.byteLength
    const sizeBytes = this.#budget.take(wantedBytes)
    if (sizeBytes > 0) return this.#slice(sizeBytes)
    return new Promise((resolve, reject) => {
      const waiter: ByteWaiter = {
        wantedBytes,
        grant: (granted) => {
          this.#leave = undefined
          resolve(this.#slice(granted))
        },
      }
      this.#leave = () => {
        this.#leave = undefined
        this.#budget.leave(waiter)
        reject(new Error('the body was given up'))
      }
      this.#budget.wait(waiter)
    })
  }

  #slice(sizeBytes: number): Uint8Array {
    const slice = this.#held.subarray(0, sizeBytes)
    this.#held = this.#held.subarray(sizeBytes)
    return slice
  }
}
