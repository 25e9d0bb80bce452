import { createWriteStream, fstatSync } from 'node:fs'
import type { Writable } from 'node:stream'

/**
 * Stdout for bytes in any amount.
 *
 * Node's own stream passes over writes that a full disk or a limit took but in part; where stdout is a file, a
 * stream that writes the rest stands in.
 */
export function openStdout(): Writable {
  const isFile = fstatSync(1).isFile()
  const stdout: Writable = isFile ? createWriteStream('', { fd: 1, autoClose: false }) : process.stdout
  // Whoever writes is told by the callback; without a listener the event would end the process.
  stdout.on('error', () => {})
  return stdout
}
