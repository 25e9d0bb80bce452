import type { S3Response } from '../s3/connection.ts'
import { TransportError } from '../s3/transport-error.ts'

type Body = S3Response['body']
type Piece = Uint8Array | null

/**
 * Holds a body to a known size where its coding does not. A body that ends early is cut, and no byte beyond its size is
 * passed on.
 */
export function measureBody(body: Body, sizeBytes: number): Body {
  let leftBytes = sizeBytes
  const take = (piece: Piece): Piece | Promise<Piece> => {
    const fits = piece === null ? leftBytes === 0 : piece.byteLength <= leftBytes
    leftBytes -= piece?.byteLength ?? 0
    return fits ? piece : Promise.reject(otherLength(piece === null ? 'cut' : 'garbage'))
  }
  return {
    read() {
      const piece = body.read()
      return piece instanceof Promise ? piece.then(take) : take(piece)
    },
    cancel: () => body.cancel(),
    abandon: () => body.abandon(),
  }
}

function otherLength(failure: 'cut' | 'garbage'): TransportError {
  return new TransportError(failure, 'a body of S3 has another length than its head says')
}
