import type { WriteSteps } from '../http/relay.ts'

/** The most encrypted bytes that Node hands to the network at a time. */
const largeBytes = 256 * 1024
/** The size of one record of TLS. */
const smallBytes = 16 * 1024
const tinyBytes = 8 * 1024
/** Bytes in writes of all connections, above which steps become small, and above which they become tiny. */
const largeBudgetBytes = 2 * 1024 * 1024
const smallBudgetBytes = 4 * 1024 * 1024

/**
 * Decides how much of a body is written at once to clients that speak TLS with this process.
 *
 * Node encrypts a whole write at once, and holds the encrypted bytes beside the piece until the network takes them.
 * Large steps cost less CPU. Small steps beyond a budget keep a thousand stalled readers from doubling the memory.
 */
export function createTlsSteps(): WriteSteps {
  let writingBytes = 0
  const nextBytes = () =>
    writingBytes < largeBudgetBytes ? largeBytes : writingBytes < smallBudgetBytes ? smallBytes : tinyBytes
  return {
    begin(leftBytes) {
      const stepBytes = Math.min(leftBytes, nextBytes())
      writingBytes += stepBytes
      return stepBytes
    },
    end(stepBytes) {
      writingBytes -= stepBytes
    },
  }
}
