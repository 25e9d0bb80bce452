import { createWriteStream, fstatSync } from 'node:fs'
import type { Writable } from 'node:stream'

/**
 * Stdout for bytes in any amount.
 *
 * Where stdout is a file or a device, Node's own stream passes over the rest of a write that a full disk took but
 * in part; a stream that writes the rest, or fails, stands in.
 */
export function openStdout(): Writable {
  const kind = fstatSync(1)
  const isNodes = process.stdout.isTTY === true || kind.isFIFO() || kind.isSocket()
  const stdout: Writable = isNodes ? process.stdout : createWriteStream('', { fd: 1, autoClose: false })
  // Whoever writes is told by the callback; without a listener the event would end the process.
  stdout.on('error', () => {})
  return stdout
}
