import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import { setImmediate as turn } from 'node:timers/promises'
import type { Answer } from './answer.ts'
import { writeAll } from './write-all.ts'

const readBytes = 64 << 10

/**
 * Writes an answer past Node's response, head and body in pieces of `sliceBytes`, one a turn of the event loop.
 * It says `connection: close` and ends with FIN, since Node does not know of it.
 */
export async function sendSliced(
  answer: Answer,
  socket: Socket,
  sliceBytes: number,
  sending: { isHead: boolean; onBytes: (count: number) => void },
): Promise<'complete' | 'client-left'> {
  socket.setNoDelay(true)
  const isChunked = answer.headers.some(([name]) => name === 'transfer-encoding')
  const lines = answer.headers.map(([name, value]) => `${name}: ${value}\r\n`)
  const head = `HTTP/1.1 ${answer.status} ${STATUS_CODES[answer.status] ?? ''}\r\n${lines.join('')}connection: close\r\n\r\n`
  if (!(await writeSlices(socket, Buffer.from(head, 'latin1'), sliceBytes))) return 'client-left'
  const end = sending.isHead ? answer.start : answer.end
  for (let at = answer.start; at < end; ) {
    const count = Math.min(readBytes, end - at)
    const block = answer.body.read(at, count)
    if (!(await writeSlices(socket, isChunked ? toChunk(block) : block, sliceBytes))) return 'client-left'
    sending.onBytes(count)
    at += count
  }
  if (isChunked && !sending.isHead) await writeSlices(socket, Buffer.from('0\r\n\r\n'), sliceBytes)
  socket.end()
  return 'complete'
}

async function writeSlices(socket: Socket, bytes: Buffer, sliceBytes: number): Promise<boolean> {
  for (let at = 0; at < bytes.length; at += sliceBytes) {
    if (!(await writeAll(socket, bytes.subarray(at, at + sliceBytes)))) return false
    await turn()
  }
  return true
}

function toChunk(block: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`${block.length.toString(16)}\r\n`), block, Buffer.from('\r\n')])
}
