import { createWriteStream, fstatSync } from 'node:fs'
import type { Writable } from 'node:stream'

/**
 * Opens stdout for bytes in any amount.
 *
 * Node's own stream of a file or a device loses the rest of a write of which a full disk took only a part
 * (nodejs/node issue 12921). The stream that is returned writes the rest, or fails.
 */
export function openStdout(): Writable {
  const kind = fstatSync(1)
  const isNodes = process.stdout.isTTY === true || kind.isFIFO() || kind.isSocket()
  const stdout: Writable = isNodes ? process.stdout : createWriteStream('', { fd: 1, autoClose: false })
  // The callback of a write reports errors; without a listener the event would end the process.
  stdout.on('error', () => {})
  return stdout
}
