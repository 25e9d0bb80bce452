import { S3ProxyError } from '../errors.ts'
import type { ByteSource } from '../http/byte-source.ts'
import type { ObjectOpener } from './object-source.ts'

/** Makes a source that visitors who are not signed in read from. */
export type GuestReads = (source: ObjectOpener) => ObjectOpener

/**
 * Creates the limit for visitors who are not signed in: from all sources together, they read no more bodies at once.
 * Each body takes memory for as long as its reader likes.
 */
export function createGuestReads(maxBodies: number): GuestReads {
  let bodies = 0
  const release = () => {
    bodies--
  }
  return (source) => ({
    async open(request, record) {
      if (bodies >= maxBodies)
        throw new S3ProxyError(
          'S3_BUSY',
          `${maxBodies} bodies are being read by visitors who are not signed in, and no more may be in the whole process (s3.maxConnections)`,
        )
      bodies++
      try {
        const result = await source.open(request, record)
        if (result.kind === 'found') return { ...result, body: new GuestBody(result.body, release) }
        release()
        return result
      } catch (error) {
        release()
        throw error
      }
    },
  })
}

/** A body that says once when it is over. */
class GuestBody implements ByteSource {
  readonly #body: ByteSource
  #release: (() => void) | undefined

  constructor(body: ByteSource, release: () => void) {
    this.#body = body
    this.#release = release
  }

  read(): ReturnType<ByteSource['read']> {
    const piece = this.#body.read()
    if (piece instanceof Promise) return this.#watch(piece)
    if (piece === null) this.#end()
    return piece
  }

  cancel(): void {
    this.#body.cancel()
    this.#end()
  }

  async #watch(coming: Promise<Uint8Array | null>): Promise<Uint8Array | null> {
    try {
      const piece = await coming
      if (piece === null) this.#end()
      return piece
    } catch (error) {
      this.#end()
      throw error
    }
  }

  #end(): void {
    this.#release?.()
    this.#release = undefined
  }
}
