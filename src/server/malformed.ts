import { randomUUID } from 'node:crypto'
import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import { RequestRecord } from '../telemetry/request-record.ts'

/** The reason why the bytes of a client could not become a request. */
export interface Malformed {
  status: number
  /** Code of Node's parser or timer, or `CONNECT`; for the log. */
  reason: string
  /** The request id, where the headers could be read. */
  requestId?: string
}

/** Time in which a client may go on sending before its connection is closed. Without it the client may miss the answer. */
const lingerMs = 1000

/**
 * Answers bytes that are no request with one line of text, and closes the connection.
 *
 * No other answer may be under way on the socket: this one would become part of its body.
 */
export function answerMalformed(
  { status, reason, requestId = randomUUID() }: Malformed,
  socket: Socket,
  onEnd: (record: RequestRecord) => void,
): void {
  // The answer before this one ended the connection, and bytes after it need no answer.
  if (!socket.writable) {
    socket.destroy()
    return
  }
  const body = `${status} ${STATUS_CODES[status]}. The request could not be read. [${reason}, request ${requestId}]\n`
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    `date: ${new Date().toUTCString()}`,
    'content-type: text/plain; charset=utf-8',
    `content-length: ${Buffer.byteLength(body)}`,
    'cache-control: no-store',
    'referrer-policy: no-referrer',
    'x-content-type-options: nosniff',
    'cross-origin-resource-policy: same-origin',
    `x-request-id: ${requestId}`,
    ...(status === 405 ? ['allow: GET, HEAD'] : []),
    'connection: close',
  ]
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`)
  const linger = setTimeout(() => socket.destroy(), lingerMs)
  socket.once('close', () => clearTimeout(linger))
  onEnd(recordOf(status, reason, requestId, body.length))
}

function recordOf(status: number, reason: string, requestId: string, sizeBytes: number): RequestRecord {
  const record = new RequestRecord()
  record.requestId = requestId
  record.route = 'malformed'
  record.status = status
  record.code = reason
  record.bytes = sizeBytes
  record.outcome = 'complete'
  record.headAtMs = record.startedAtMs
  record.end(record.startedAtMs)
  return record
}

/**
 * Translates an error of Node's server on a connection.
 *
 * @returns `undefined` when no answer is due: the connection broke, or was never used
 */
export function toMalformed(
  error: NodeJS.ErrnoException & { rawPacket?: Buffer; bytesParsed?: number },
  socket: Socket,
): Malformed | undefined {
  const reason = error.code ?? ''
  if (reason === 'ERR_HTTP_REQUEST_TIMEOUT')
    return socket.bytesRead === 0 ? undefined : { status: 408, reason }
  if (!reason.startsWith('HPE_')) return undefined
  if (reason === 'HPE_INVALID_METHOD' && !namesMethod(error)) return { status: 400, reason }
  return { status: statuses[reason] ?? 400, reason }
}

const statuses: Record<string, number> = {
  HPE_HEADER_OVERFLOW: 431,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
  HPE_INVALID_METHOD: 405,
  HPE_INVALID_VERSION: 505,
}

/** Tells whether the parser stopped at an unknown method, and not at bytes that are no HTTP at all. */
function namesMethod({ rawPacket, bytesParsed = 0 }: { rawPacket?: Buffer; bytesParsed?: number }): boolean {
  if (rawPacket === undefined) return false
  const start = rawPacket.lastIndexOf('\n', Math.max(0, bytesParsed - 1)) + 1
  const line = rawPacket.toString('latin1', start, start + 32 * 1024)
  return /^[!#$%&'*+.^_`|~0-9A-Za-z-]+ \S+ HTTP\/1\.[01]\r?\n/.test(line)
}
