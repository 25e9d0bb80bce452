import type { WriteSteps } from '../http/relay.ts'

/** As much as Node hands to the network at a time, encrypted. */
const largeBytes = 256 * 1024
/** One record of TLS. */
const smallBytes = 16 * 1024
const tinyBytes = 8 * 1024
/** Being written by all connections before steps become small, and before they become tiny. */
const largeBudgetBytes = 2 * 1024 * 1024
const smallBudgetBytes = 4 * 1024 * 1024

/**
 * How much of a body is written at once to clients that speak TLS with this process.
 *
 * All of a write is encrypted at once, and the outcome held until the network takes it, beside the piece of the body
 * that it was made from. Large steps cost less CPU; small ones beyond a budget keep a thousand readers who take
 * nothing from holding everything twice.
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
