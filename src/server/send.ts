import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import type { WatchedBody, WatchedSession } from '../http/body-watch.ts'
import type { ByteSource } from '../http/byte-source.ts'
import { DestinationClosed, relayBody } from '../http/relay.ts'
import type { Reply, StreamBody } from '../http/reply.ts'
import { startingWith } from '../http/starting-with.ts'
import type { RequestRecord } from '../telemetry/request-record.ts'
import { resetSocket } from './reset-socket.ts'
import { createTlsSteps } from './tls-write-steps.ts'

const tlsSteps = createTlsSteps()
/** The largest piece that is written at once over TLS. Larger ones are written in steps. */
const wholeTlsBytes = 16 * 1024

/**
 * Sends an answer at the client's pace, and notes the outcome in the record. It never rejects.
 *
 * A body that breaks off resets the client's connection, so that it does not look complete.
 */
export function sendReply(reply: Reply, response: ServerResponse, record: RequestRecord): Promise<void> {
  const { body, headers } = reply
  const source = body === null || typeof body === 'string' ? null : body.source
  // The client may have left before the answer was ready.
  if (response.destroyed || response.socket?.destroyed) {
    source?.cancel()
    return Promise.resolve()
  }
  const sizeBytes = sizeOf(body)
  // The length stands last: behind it, Node would decode a `content-disposition`, and refuse a name in UTF-8.
  if (sizeBytes !== undefined) headers.push('content-length', String(sizeBytes))
  record.status = reply.status
  record.headAtMs = performance.now()
  response.writeHead(reply.status, headers)
  if (source !== null) return sendBody(source, sizeBytes, response, record)
  return end(response, typeof body === 'string' && record.method !== 'HEAD' ? body : '', record)
}

function sizeOf(body: string | StreamBody | null): number | undefined {
  return typeof body === 'string' ? Buffer.byteLength(body) : body?.sizeBytes
}

/** Sends a body. @param sizeBytes `undefined` where only the end of the body shows its size */
async function sendBody(
  body: ByteSource,
  sizeBytes: number | undefined,
  response: ServerResponse,
  record: RequestRecord,
): Promise<void> {
  const steps = response.socket instanceof TLSSocket ? tlsSteps : undefined
  let watched: WatchedBody | undefined
  try {
    let first: ReturnType<ByteSource['read']> | undefined = body.read()
    // `flushHeaders` would encode the headers as UTF-8, although they are bytes already.
    if (first instanceof Promise) response.write('', 'latin1')
    else if (
      first !== null &&
      first.byteLength === sizeBytes &&
      (steps === undefined || sizeBytes <= wholeTlsBytes)
    ) {
      await end(response, first, record)
      body.cancel()
      return
    }
    watched = beginWatch(response, record)
    const source = startingWith(first, body)
    // Without this, the first piece stays in memory while a later one is sent.
    first = undefined
    const onSent = (sentBytes: number) => {
      record.bytes += sentBytes
    }
    await relayBody(source, response, onSent, steps)
    if (sizeBytes !== undefined && record.bytes !== sizeBytes)
      throw new Error(`the body has ${record.bytes} bytes instead of ${sizeBytes}`)
    await end(response, '', record)
  } catch (error) {
    const isAborted =
      error instanceof DestinationClosed || response.destroyed || record.resetReason !== undefined
    resetSocket(response.socket ?? response.req.socket)
    if (isAborted) return
    record.outcome = 'cut'
    record.cutCause = error
  } finally {
    if (watched !== undefined) record.bodyWatch?.end(watched)
  }
}

/** Begins to watch the session of a body that takes longer than one write. */
function beginWatch({ socket }: ServerResponse, record: RequestRecord): WatchedBody | undefined {
  const { bodyWatch, session } = record
  if (bodyWatch === undefined || session === undefined || socket === null) return undefined
  const watched = new SessionBody(session, socket, record)
  bodyWatch.begin(watched)
  return watched
}

class SessionBody implements WatchedBody {
  readonly session: WatchedSession
  readonly #socket: Socket
  readonly #record: RequestRecord

  constructor(session: WatchedSession, socket: Socket, record: RequestRecord) {
    this.session = session
    this.#socket = socket
    this.#record = record
  }

  revoke(): void {
    this.#record.resetReason ??= 'SESSION_ENDED'
    resetSocket(this.#socket)
  }
}

/** Sends the last bytes, and waits until the network has taken everything, or the client has left. */
function end(response: ServerResponse, last: string | Uint8Array, record: RequestRecord): Promise<void> {
  return new Promise((resolve) => {
    let isOver = false
    const settle = (isComplete: boolean) => {
      // A second settle makes Node emit `multipleResolves`; this check is cheaper.
      if (isOver) return
      isOver = true
      if (isComplete) {
        record.bytes += Buffer.byteLength(last)
        record.outcome = 'complete'
      }
      resolve()
    }
    if (response.destroyed) return settle(false)
    response.once('finish', () => settle(true))
    response.once('close', () => settle(response.writableFinished))
    response.end(last)
  })
}
