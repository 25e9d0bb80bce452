import type { ByteSource } from '../../../src/http/byte-source.ts'
import type { CancelSignal } from '../../../src/waiting/cancellation.ts'

/** A body whose bytes arrive when the test says so; the byte at offset `n` of the object is `n % 251`. */
export interface HandFedBody extends ByteSource {
  readonly firstByte: number
  /** The offset behind the last byte. */
  readonly endByte: number
  readonly isCancelled: boolean
  /** Lets so many bytes arrive, as one piece; all that are left unless given. */
  feed(sizeBytes?: number): void
  fail(error: Error): void
}

/** Opens such bodies as S3 would, and remembers them in the order in which they were asked for. */
export interface HandFedBodies {
  readonly opened: HandFedBody[]
  open(firstByte: number, lastByte: number, signal?: CancelSignal): Promise<HandFedBody>
}

export function createHandFedBodies(): HandFedBodies {
  const opened: HandFedBody[] = []
  return {
    opened,
    async open(firstByte, lastByte) {
      const body = createHandFedBody(firstByte, lastByte + 1)
      opened.push(body)
      return body
    },
  }
}

export function createHandFedBody(firstByte: number, endByte: number): HandFedBody {
  const arrived: Uint8Array[] = []
  let fedTo = firstByte
  let failure: Error | undefined
  let isCancelled = false
  let waiter: { resolve(piece: Uint8Array | null): void; reject(error: Error): void } | undefined

  function deliver(): void {
    if (waiter === undefined) return
    const { resolve, reject } = waiter
    const piece = arrived.shift()
    if (piece === undefined && failure === undefined && fedTo < endByte) return
    waiter = undefined
    if (piece !== undefined) resolve(piece)
    else if (failure !== undefined) reject(failure)
    else resolve(null)
  }

  const body: HandFedBody = {
    firstByte,
    endByte,
    get isCancelled() {
      return isCancelled
    },
    feed(sizeBytes = endByte - fedTo) {
      if (sizeBytes === 0) return
      arrived.push(patternBytes(fedTo, sizeBytes))
      fedTo += sizeBytes
      deliver()
    },
    fail(error) {
      failure = error
      deliver()
    },
    read() {
      return new Promise((resolve, reject) => {
        waiter = { resolve, reject }
        deliver()
      })
    },
    cancel() {
      isCancelled = true
      body.fail(new Error('cancelled'))
    },
  }
  return body
}

export function patternBytes(offset: number, sizeBytes: number): Uint8Array {
  return Uint8Array.from({ length: sizeBytes }, (_, index) => (offset + index) % 251)
}
