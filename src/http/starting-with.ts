import type { ByteSource } from './byte-source.ts'

/** Puts a first piece that was already asked for before the rest of its source. */
export function startingWith(first: ReturnType<ByteSource['read']>, rest: ByteSource): ByteSource {
  let next: ReturnType<ByteSource['read']> | undefined = first
  return {
    read() {
      const piece = next
      next = undefined
      return piece === undefined ? rest.read() : piece
    },
    cancel: () => rest.cancel(),
  }
}
