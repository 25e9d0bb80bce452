import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Answer } from './answer.ts'
import type { Misbehaviour } from './misbehaviour.ts'
import { createPace } from './pace.ts'
import { cutConnection, writeAll } from './write-all.ts'

export interface Sending {
  isHead: boolean
  bytesPerSecond: number | undefined
  /** Told the body bytes given to the kernel, as they go. */
  onBytes: (count: number) => void
}

const blockBytes = 1 << 20
const small = 64 << 10

/** Sends an answer through Node's own response. Resolves with how it ended; a client that left is no error. */
export async function sendAnswer(
  answer: Answer,
  exchange: { response: ServerResponse; socket: Socket },
  wrong: Misbehaviour,
  sending: Sending,
): Promise<'complete' | 'cut' | 'client-left'> {
  const { body, start } = answer
  const { response, socket } = exchange
  const end = sending.isHead ? start : answer.end
  const cutAt = start + (wrong.cutAfterBytes ?? Number.POSITIVE_INFINITY)
  response.sendDate = false
  response.writeHead(answer.status, answer.headers.flat())
  if (end <= cutAt && end - start <= small && sending.bytesPerSecond === undefined) {
    sending.onBytes(end - start)
    return finish(exchange, wrong, end > start ? body.read(start, end - start) : undefined)
  }

  // Not `flushHeaders`, which writes headers in UTF-8; and not a tick later, when the connection may be cut.
  response.write('', 'latin1')
  socket.uncork()
  const pace = createPace(sending.bytesPerSecond)
  const stepBytes = pace.stepBytes(blockBytes)
  const until = Math.min(end, cutAt)
  const scratch = Buffer.allocUnsafe(Math.min(stepBytes, until - start))
  for (let at = start; at < until; ) {
    const count = Math.min(stepBytes, until - at)
    await pace.wait(count)
    if (!(await writeAll(response, body.read(at, count, scratch)))) return 'client-left'
    sending.onBytes(count)
    at += count
  }
  if (until < end) return cutConnection(socket, wrong.how ?? 'reset')
  return finish(exchange, wrong, undefined)
}

async function finish(
  { response, socket }: { response: ServerResponse; socket: Socket },
  wrong: Misbehaviour,
  rest: Buffer | undefined,
): Promise<'complete' | 'client-left'> {
  if (response.destroyed) return 'client-left'
  const isFinished = await new Promise<boolean>((resolve) => {
    response.once('close', () => resolve(response.writableFinished))
    response.end(rest, () => resolve(true))
  })
  if (!isFinished) return 'client-left'
  if (wrong.extraBytesAfterBody) socket.write('bytes that no content-length spoke of')
  // A body shorter than promised only shows once the connection ends.
  if (wrong.closeAfterResponse || (wrong.contentLength ?? 0) > 0) socket.end()
  return 'complete'
}
