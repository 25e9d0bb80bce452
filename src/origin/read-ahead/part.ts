import { S3ProxyError } from '../../errors.ts'
import type { ByteSource } from '../../http/byte-source.ts'
import { Cancellation, type CancelSignal } from '../../waiting/cancellation.ts'
import type { ReadAhead } from './read-ahead.ts'

/**
 * A part of an object that is fetched before its reader needs it.
 *
 * It has memory for all of its bytes, so its connection never waits for the reader. The memory is given back block by
 * block while the reader takes the bytes.
 */
export interface Part extends ByteSource {
  readonly firstByte: number
  readonly endByte: number
  /** Whether bytes may still come from S3. */
  readonly isArriving: boolean
  /**
   * Drops everything except the piece that the reader holds, which stays valid until `cancel`.
   *
   * @returns the number of arrived bytes that are dropped
   */
  abandon(): number
}

export interface PartOptions {
  firstByte: number
  endByte: number
  /** Memory and a connection are claimed already; the part gives both back. */
  readAhead: ReadAhead
  open(firstByte: number, lastByte: number, signal: CancelSignal): Promise<ByteSource>
  /** Called when no more bytes will come and the connection is free. `isWhole`: all bytes have come. */
  onArrived(isWhole: boolean): void
}

/** Memory that a part of that size has to claim. */
export function memoryOfPart(sizeBytes: number, { blockBytes }: ReadAhead): number {
  return Math.ceil(sizeBytes / blockBytes) * blockBytes
}

interface Filling {
  block: Buffer
  /** Bytes of the block that have arrived, and that the reader was given. */
  filled: number
  taken: number
}

export function createPart(options: PartOptions): Part {
  const { firstByte, endByte, readAhead, onArrived } = options
  const { blocks, memory } = readAhead
  const opening = new Cancellation()
  /** Blocks in order: the reader is at the first, S3 at the last. */
  const queue: Filling[] = []
  let claimedBytes = memoryOfPart(endByte - firstByte, readAhead)
  let body: ByteSource | undefined
  let arrivedTo = firstByte
  let isArriving = true
  let failure: Error | undefined
  let waiter: { resolve(piece: Uint8Array | null): void; reject(error: Error): void } | undefined

  async function fetchAll(): Promise<void> {
    try {
      const opened = await options.open(firstByte, endByte - 1, opening)
      if (!isArriving) return opened.cancel()
      body = opened
      for (;;) {
        const next = body.read()
        const piece = next instanceof Promise ? await next : next
        if (!isArriving) return
        if (piece === null) break
        store(piece)
        deliver()
      }
      if (arrivedTo !== endByte)
        throw new S3ProxyError('INTERNAL', 'a part has another length than asked for')
      stopArriving()
    } catch (error) {
      if (isArriving) fail(error as Error)
    }
  }

  function store(piece: Uint8Array): void {
    if (arrivedTo + piece.byteLength > endByte)
      throw new S3ProxyError('INTERNAL', 'a part is longer than asked for')
    for (let at = 0; at < piece.byteLength; ) {
      let last = queue.at(-1)
      if (last === undefined || last.filled === last.block.byteLength) {
        last = { block: blocks.take(), filled: 0, taken: 0 }
        queue.push(last)
      }
      const count = Math.min(piece.byteLength - at, last.block.byteLength - last.filled)
      last.block.set(piece.subarray(at, at + count), last.filled)
      last.filled += count
      at += count
    }
    arrivedTo += piece.byteLength
  }

  function stopArriving(): void {
    isArriving = false
    readAhead.end()
    deliver()
    onArrived(failure === undefined && arrivedTo === endByte)
  }

  function fail(error: Error): void {
    failure = error
    opening.abort()
    body?.cancel()
    stopArriving()
  }

  function deliver(): void {
    if (waiter === undefined) return
    const piece = lend()
    if (piece === undefined) return
    const { resolve, reject } = waiter
    waiter = undefined
    if (piece instanceof Error) reject(piece)
    else resolve(piece)
  }

  /** Gives what has arrived. @returns `undefined` when there is nothing yet */
  function lend(): Uint8Array | null | Error | undefined {
    const first = queue[0]
    if (first !== undefined && first.taken < first.filled) {
      const piece = first.block.subarray(first.taken, first.filled)
      first.taken = first.filled
      return piece
    }
    if (isArriving) return undefined
    releaseAll()
    return failure ?? null
  }

  /** Gives the block back that was lent, once nothing more can come into it. */
  function releaseLent(): void {
    const first = queue[0]
    if (first !== undefined && first.taken === first.block.byteLength) release(first)
  }

  function release(filling: Filling): void {
    queue.splice(queue.indexOf(filling), 1)
    blocks.give(filling.block)
    giveBack(filling.block.byteLength)
  }

  function releaseAll(): void {
    for (const filling of [...queue]) release(filling)
    giveBack(claimedBytes)
  }

  function giveBack(sizeBytes: number): void {
    claimedBytes -= sizeBytes
    memory.give(sizeBytes)
  }

  void fetchAll()
  return {
    firstByte,
    endByte,
    get isArriving() {
      return isArriving
    },
    read() {
      releaseLent()
      const piece = lend()
      if (piece instanceof Error) return Promise.reject(piece)
      if (piece !== undefined) return piece
      return new Promise((resolve, reject) => {
        waiter = { resolve, reject }
      })
    },
    abandon() {
      let droppedBytes = 0
      for (const filling of [...queue]) {
        droppedBytes += filling.filled - filling.taken
        if (filling.taken === 0) release(filling)
        else filling.filled = filling.taken
      }
      giveBack(claimedBytes - queue.reduce((sum, { block }) => sum + block.byteLength, 0))
      failure ??= new S3ProxyError('S3_UNAVAILABLE', 'the part was given up')
      if (isArriving) fail(failure)
      return droppedBytes
    },
    cancel() {
      this.abandon()
      releaseAll()
    },
  }
}
