import { TransportError } from './transport-error.ts'

/** Removes the chunked transfer coding, piece by piece. S3 uses it for the bodies of errors and lists. */
export interface ChunkedDecoder {
  /**
   * Decodes the next bytes.
   *
   * @returns a copy of the decoded bytes
   * @throws TransportError `garbage`
   */
  push(bytes: Uint8Array): Buffer
  readonly isDone: boolean
}

const maxLineBytes = 256

/** Chunk extensions and trailers are ignored. @see RFC 9112 section 7.1 */
export function createChunkedDecoder(): ChunkedDecoder {
  let expected: 'size' | 'data' | 'data-end' | 'trailer' | 'done' = 'size'
  let line = ''
  let remaining = 0

  function takeLine(text: string): void {
    if (expected === 'size') {
      const size = /^([0-9a-fA-F]{1,12})[ \t]*(?:;.*)?$/.exec(text)
      if (size === null) throw garbage('a chunk has no valid size')
      remaining = Number.parseInt(size[1] ?? '', 16)
      expected = remaining === 0 ? 'trailer' : 'data'
    } else if (expected === 'data-end') {
      if (text !== '') throw garbage('a chunk is longer than its size')
      expected = 'size'
    } else if (text === '') expected = 'done'
  }

  return {
    get isDone() {
      return expected === 'done'
    },
    push(bytes) {
      const pieces: Uint8Array[] = []
      let at = 0
      while (at < bytes.length) {
        if (expected === 'done') throw garbage('bytes after the last chunk')
        if (expected === 'data') {
          const piece = bytes.subarray(at, at + remaining)
          pieces.push(piece)
          at += piece.length
          remaining -= piece.length
          if (remaining === 0) expected = 'data-end'
          continue
        }
        const character = String.fromCharCode(bytes[at++] ?? 0)
        if (character !== '\n') line += character
        else {
          if (!line.endsWith('\r')) throw garbage('a line of the chunked coding does not end in CR LF')
          const text = line.slice(0, -1)
          line = ''
          takeLine(text)
        }
        if (line.length > maxLineBytes) throw garbage('a line of the chunked coding is too long')
      }
      return Buffer.concat(pieces)
    },
  }
}

function garbage(what: string): TransportError {
  return new TransportError('garbage', `the chunked body of an answer is malformed: ${what}`)
}
