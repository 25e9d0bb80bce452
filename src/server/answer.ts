import type { IncomingMessage } from 'node:http'
import { codeOf, type ErrorCode, S3ProxyError, safeMessageOf } from '../errors.ts'
import { errorReply } from '../http/error-reply.ts'
import type { Log } from '../log/log.ts'
import { logFault } from '../log/log-fault.ts'
import { logOfMount } from '../log/log-of-mount.ts'
import type { RequestRecord } from '../telemetry/request-record.ts'
import { Cancellation } from '../waiting/cancellation.ts'
import type { Turn } from './connections.ts'
import type { Handler } from './handler.ts'
import { pathOf, readIncoming, requestIdOf } from './incoming.ts'
import { readBody } from './request-body.ts'
import { sendReply } from './send.ts'

export interface AnswerOptions {
  handler: Handler
  log: Log
  /** Gets the record of each request when it is over. */
  onEnd(record: RequestRecord): void
  /** Whether records note the times of each wait. */
  notesPhases: boolean
  activity: Activity
  isDraining(): boolean
  /** Tells whether clients speak TLS with this process, and have to stay with https. */
  isHttpsOnly(): boolean
  /** Value of `cross-origin-resource-policy`: the sites whose pages may embed objects. */
  embedders(): string
}

/** Work under way at this moment. */
export interface Activity {
  /** Number of requests whose turn has come and that are not yet over. */
  requests: number
  /** Number of bodies of objects that are being sent. */
  streams: number
}

/** Creates the function that answers a request of node:http and logs it. The function never rejects. */
export function createAnswer(options: AnswerOptions) {
  const { handler, log, onEnd, activity, isDraining, isHttpsOnly, embedders } = options

  async function answer({ message, response, record, isLate }: Turn): Promise<void> {
    const gone = new Cancellation()
    response.once('close', () => {
      if (!response.writableFinished) gone.abort()
    })
    if (options.notesPhases) record.phases = []
    const incoming = readIncoming(message, gone)
    const isUnreadable = incoming.kind === 'invalid' && incoming.code === 'HEADERS_TOO_MANY'
    const hasMore = isUnreadable || hasBody(message)
    if (hasMore) {
      // A client may go on sending until the connection is closed.
      response.shouldKeepAlive = false
      if (incoming.kind === 'request')
        incoming.request.readBody = (maxBytes) => readBody(message, response, maxBytes)
    }
    record.requestId = incoming.requestId
    if (incoming.kind === 'request') {
      record.path = incoming.request.path
      record.traceparent = incoming.request.header('traceparent')
    }
    const refuse = (code: ErrorCode) => errorReply(code, { header: () => message.headers.accept }, record)
    const answered =
      incoming.kind === 'invalid'
        ? refuse(incoming.code)
        : isLate
          ? refuse('SHUTTING_DOWN')
          : handler(incoming.request, record)
    // A page that wants the body is reading it by now. Everything else is thrown away.
    if (hasMore) message.resume()
    const reply = await answered
    if (isDraining()) response.shouldKeepAlive = false
    const { body } = reply
    const isStream = body !== null && typeof body !== 'string' && body.source !== null
    reply.headers.push('x-request-id', record.requestId, 'x-content-type-options', 'nosniff')
    if (isHttpsOnly()) reply.headers.push('strict-transport-security', 'max-age=31536000')
    reply.headers.push('cross-origin-resource-policy', embedders())
    if (isStream) activity.streams++
    await sendReply(reply, response, record)
    if (isStream) activity.streams--
    record.end(performance.now())
    onEnd(record)
    if (record.cutCause !== undefined) logCut(log, record)
  }

  return async (turn: Turn): Promise<void> => {
    activity.requests++
    try {
      await answer(turn)
    } catch (error) {
      turn.message.socket.destroy()
      logFaultSafely(log, error)
    } finally {
      activity.requests--
      turn.record.place?.release()
      turn.record.store?.release()
    }
  }
}

/** The record of a request whose connection ended before its turn came. */
export function recordOfDropped({ message, record }: Turn): RequestRecord {
  record.requestId = requestIdOf(message.headers)
  record.path = pathOf(message.url ?? '')
  record.route = 'dropped'
  record.end(performance.now())
  return record
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
}

function logCut(log: Log, { requestId, mount, cutCause, s3RequestId: opened }: RequestRecord): void {
  // The failure has the id of the answer that broke off, which may be another one than the first.
  const { s3RequestId = opened } = cutCause instanceof S3ProxyError ? cutCause : {}
  logOfMount(log, mount).warn(
    { requestId, code: codeOf(cutCause, 'INTERNAL'), ...(s3RequestId === undefined ? {} : { s3RequestId }) },
    `a body was cut, and so was the client's connection: ${safeMessageOf(cutCause)}`,
  )
}

/** Keeps a log that throws from ending the process. */
function logFaultSafely(log: Log, error: unknown): void {
  try {
    logFault(log, error)
  } catch {
    // Nobody is left to be told.
  }
}
