import { openSync, readSync } from 'node:fs'

/** The bytes of a stored object, wherever they are. */
export interface ObjectBody {
  readonly sizeBytes: number
  /** May answer in `scratch`, which is then the caller's to keep until it has been sent. */
  read(offset: number, length: number, scratch?: Buffer): Buffer
}

export function bufferBody(content: Uint8Array | string): ObjectBody {
  const bytes =
    typeof content === 'string'
      ? Buffer.from(content)
      : Buffer.from(content.buffer, content.byteOffset, content.byteLength)
  return { sizeBytes: bytes.length, read: (offset, length) => bytes.subarray(offset, offset + length) }
}

/**
 * A file, opened once and read with `readSync`: a block out of the page cache costs less than a trip to the thread pool.
 *
 * @param onOpen takes the descriptor, to close it at the end
 */
export function fileBody(path: string, sizeBytes: number, onOpen: (descriptor: number) => void): ObjectBody {
  const descriptor = openSync(path, 'r')
  onOpen(descriptor)
  return {
    sizeBytes,
    read(offset, length, scratch) {
      const target = scratch !== undefined && scratch.length >= length ? scratch : Buffer.allocUnsafe(length)
      let done = 0
      while (done < length) {
        const count = readSync(descriptor, target, done, length - done, offset + done)
        if (count === 0) throw new Error(`${path} became shorter than ${sizeBytes} bytes`)
        done += count
      }
      return target.subarray(0, length)
    },
  }
}
