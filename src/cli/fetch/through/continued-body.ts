import type { ByteSource } from '../../../http/byte-source.ts'
import type { RequestRecord } from '../../../telemetry/request-record.ts'
import { type AttemptsOptions, waitAfter } from './proxy-failure.ts'

/** A body that was begun, and the way to get the rest of it. */
export interface BegunBody {
  body: ByteSource
  /** The first byte of the object that the body has. */
  firstByte: number
  /** Asks for the same version from a byte on. @throws ProxyFailure */
  openFrom(firstByte: number): Promise<ByteSource>
}

/** Number of bytes after which the count of attempts begins anew. */
const progressBytes = 64 * 1024

/**
 * Makes one body of several answers: when one breaks off, the rest of the same version is asked for.
 *
 * @param record gets the number of breaks
 */
export function createContinuedBody(
  { body, firstByte, openFrom }: BegunBody,
  record: RequestRecord,
  options: AttemptsOptions,
): ByteSource {
  let source = body
  let nextByte = firstByte
  let countedFrom = firstByte
  let attempts = 0
  let isCancelled = false

  function take(piece: Uint8Array | null): Uint8Array | null {
    nextByte += piece?.byteLength ?? 0
    if (nextByte - countedFrom >= progressBytes) {
      attempts = 0
      countedFrom = nextByte
    }
    return piece
  }

  async function goOn(first: unknown): Promise<Uint8Array | null> {
    for (let failure = first; ; ) {
      source.cancel()
      if (isCancelled) throw failure
      await waitAfter(failure, ++attempts, options)
      try {
        source = await openFrom(nextByte)
        if (isCancelled) source.cancel()
        const piece = take(await source.read())
        record.healed++
        return piece
      } catch (error) {
        failure = error
      }
    }
  }

  return {
    read() {
      try {
        const piece = source.read()
        return piece instanceof Promise ? piece.then(take, goOn) : take(piece)
      } catch (error) {
        return goOn(error)
      }
    },
    cancel() {
      isCancelled = true
      source.cancel()
    },
  }
}
