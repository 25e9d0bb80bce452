import { parseResponseHead, type ResponseHead } from './response-head.ts'
import { TransportError } from './transport-error.ts'

const maxHeadBytes = 32 * 1024
/** 1xx answers before the final one (RFC 9110 section 15.2); S3 has no use for any. */
const maxInterimHeads = 100
const noBytes = Buffer.alloc(0)

/** Puts the head of each answer on one connection together, from as many reads as it arrives in. */
export class HeadReader {
  #incomplete: Buffer | null = null
  #interimHeads = 0
  /** Bytes behind the head that was read last; they lie in the memory that was received. */
  rest: Buffer = noBytes

  /** Starts with another answer. */
  begin(): void {
    this.#incomplete = null
    this.#interimHeads = 0
  }

  /** Whether no byte has come since `begin`. */
  get isUntouched(): boolean {
    return this.#incomplete === null && this.#interimHeads === 0
  }

  /**
   * Takes bytes that have arrived, and passes over interim answers.
   *
   * @param bytes memory that is used again afterwards
   * @returns `null` while the final head is not complete
   * @throws TransportError `garbage`
   */
  receive(bytes: Buffer, method: string): ResponseHead | null {
    const before = this.#incomplete
    let all = before === null ? bytes : Buffer.concat([before, bytes])
    // Earlier bytes hold no empty line, but may hold the beginning of one.
    let searchFrom = before === null ? 0 : Math.max(0, before.length - 3)
    for (;;) {
      const end = all.indexOf('\r\n\r\n', searchFrom)
      if ((end === -1 ? all.length : end) > maxHeadBytes)
        throw new TransportError('garbage', 'the head of the answer is too large')
      if (end === -1) {
        this.#incomplete = Buffer.from(all)
        return null
      }
      this.#incomplete = null
      const head = parseResponseHead(all.toString('latin1', 0, end), method)
      this.rest = all.subarray(end + 4)
      if (head.status >= 200) return head
      if (head.status === 101) throw new TransportError('garbage', 'S3 changed the protocol')
      if (++this.#interimHeads > maxInterimHeads)
        throw new TransportError('garbage', `more than ${maxInterimHeads} interim answers`)
      if (this.rest.length === 0) return null
      all = this.rest
      searchFrom = 0
    }
  }
}
