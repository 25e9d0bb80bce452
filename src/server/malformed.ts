import { randomUUID } from 'node:crypto'
import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import { type Log, logAccess } from '../log.ts'

/**
 * Answers what never became a request, and closes the connection.
 *
 * Nothing is written while an answer to an earlier request is under way: it would end up in that body.
 *
 * @param reason code of Node's parser or timer, or `CONNECT`
 * @param underWay requests of this connection that are not yet answered
 */
export function answerMalformed(
  reason: string | undefined,
  socket: Socket,
  underWay: number,
  log: Log,
  givenId?: unknown,
): void {
  if (underWay > 0 || !socket.writable || reason === 'ECONNRESET') {
    socket.destroy()
    return
  }
  const status = statuses[reason ?? ''] ?? 400
  const requestId = typeof givenId === 'string' && /^[\w.-]{8,128}$/.test(givenId) ? givenId : randomUUID()
  const body = `${status} ${STATUS_CODES[status]}. The request could not be read. [request ${requestId}]\n`
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'content-type: text/plain; charset=utf-8',
    `content-length: ${Buffer.byteLength(body)}`,
    'cache-control: no-store',
    'x-content-type-options: nosniff',
    `x-request-id: ${requestId}`,
    ...(status === 405 ? ['allow: GET, HEAD'] : []),
    'connection: close',
  ]
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`)
  // A peer that does not close its side is not waited for.
  socket.setTimeout(1000, () => socket.destroy())
  logAccess(log, {
    requestId,
    method: '',
    path: '',
    route: 'malformed',
    status,
    bytes: body.length,
    outcome: 'complete',
    totalMs: 0,
    code: reason,
  })
}

const statuses: Record<string, number> = {
  CONNECT: 405,
  HPE_HEADER_OVERFLOW: 431,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
  HPE_INVALID_METHOD: 405,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
}
