import type { IncomingMessage } from 'node:http'
import { clientLeft, codeOf, type ErrorCode, type S3ProxyError, safeMessageOf } from '../errors.ts'
import { errorReply } from '../http/error-reply.ts'
import type { Reply } from '../http/reply.ts'
import type { AccessRecord, Log } from '../log/log.ts'
import { logFault } from '../log/log-fault.ts'
import type { ObjectBody } from '../object/object-source.ts'
import type { RequestEnd } from '../telemetry/request-end.ts'
import { Cancellation } from '../waiting/cancellation.ts'
import type { ClientConnection, Turn } from './connections.ts'
import type { Exchange } from './exchange.ts'
import type { Handler } from './handler.ts'
import { pathOf, readIncoming, requestIdOf } from './incoming.ts'
import { type Sent, sendReply } from './send.ts'

export interface AnswerParts {
  handler: Handler
  log: Log
  /** Gets what is known of each request when it is over. */
  onEnd(end: RequestEnd): void
  /** Whether `onEnd` wants to know when each phase of a request was. */
  notesPhases: boolean
  activity: Activity
  isDraining(): boolean
  /** Whether clients speak TLS with this process, and are to stay with that. */
  isHttpsOnly(): boolean
  /** Whose pages may embed what is sent, as in `cross-origin-resource-policy`. */
  embedders(): string
}

/** What is being done at this moment; read by whoever wants to know. */
export interface Activity {
  /** Requests whose turn has come and that are not yet over. */
  requests: number
  /** Bodies of objects being sent. */
  streams: number
}

/** Takes a request of node:http through the handler to its answer and its line in the log; never rejects. */
export function createAnswer(parts: AnswerParts) {
  const { handler, log, onEnd, activity, isDraining, isHttpsOnly, embedders } = parts

  async function answer({ message, response, startedAt, isLate }: Turn, connection: ClientConnection) {
    const gone = new Cancellation()
    response.once('close', () => {
      if (!response.writableFinished) gone.abort()
    })
    const exchange: Exchange = parts.notesPhases ? { route: 'invalid', phases: [] } : { route: 'invalid' }
    const incoming = readIncoming(message, gone)
    const isUnreadable = incoming.kind === 'invalid' && incoming.code === 'HEADERS_TOO_MANY'
    if (isUnreadable || hasBody(message)) {
      // It is thrown away; a client that goes on sending does so until the connection is closed.
      message.resume()
      response.shouldKeepAlive = false
    }
    const id = incoming.kind === 'request' ? incoming.request.id : incoming.requestId
    const refuse = (code: ErrorCode) => errorReply(code, { requestId: id, accept: message.headers.accept })
    const reply =
      incoming.kind === 'invalid'
        ? refuse(incoming.code)
        : isLate
          ? refuse('SHUTTING_DOWN')
          : await handler(incoming.request, exchange)
    const headAtMs = performance.now()
    if (isDraining()) response.shouldKeepAlive = false
    const { body } = reply
    const isStream = body !== null && typeof body === 'object'
    reply.headers.push('x-request-id', id, 'x-content-type-options', 'nosniff')
    if (isHttpsOnly()) reply.headers.push('strict-transport-security', 'max-age=31536000')
    reply.headers.push('cross-origin-resource-policy', embedders())
    if (isStream) activity.streams++
    const sent = await sendReply(reply, response, message.method ?? '')
    if (isStream) activity.streams--
    const isOurs = connection.cutBecause !== undefined && sent.outcome !== 'complete'
    const endedAtMs = performance.now()
    const access: AccessRecord = {
      requestId: id,
      method: message.method ?? '',
      path: incoming.kind === 'request' ? incoming.request.path : '',
      status: response.headersSent ? reply.status : clientLeft.status,
      bytes: sent.bytes,
      outcome: isOurs ? 'cut' : sent.outcome,
      totalMs: roundMs(endedAtMs - startedAt),
      code: isOurs ? connection.cutBecause : codeOfEnd(reply, sent, response.headersSent),
      route: exchange.route,
      key: exchange.key,
      who: exchange.who,
      login: exchange.login,
      s3RequestId: exchange.s3RequestId,
      sessionMs: exchange.sessionMs,
      ssoMs: exchange.ssoMs,
      s3Ms: exchange.s3Ms,
    }
    if (isStream) noteHealing(access, body)
    onEnd({
      access,
      startedAtMs: startedAt,
      headAtMs: response.headersSent ? headAtMs : undefined,
      endedAtMs,
      headers: reply.headers,
      traceparent: incoming.kind === 'request' ? incoming.request.header('traceparent') : undefined,
      phases: exchange.phases,
    })
    if (sent.outcome === 'cut') logCut(log, id, reply.s3RequestId, sent)
  }

  return async (turn: Turn, connection: ClientConnection): Promise<void> => {
    activity.requests++
    try {
      await answer(turn, connection)
    } catch (error) {
      turn.message.socket.destroy()
      logFaultSafely(log, error)
    } finally {
      activity.requests--
    }
  }
}

/** What there is to say of a request whose connection ended before its turn came. */
export function endOfDropped({ message, startedAt }: Turn): RequestEnd {
  const endedAtMs = performance.now()
  const access: AccessRecord = {
    requestId: requestIdOf(message.headers),
    method: message.method ?? '',
    path: pathOf(message.url ?? ''),
    route: 'dropped',
    status: clientLeft.status,
    code: clientLeft.code,
    bytes: 0,
    outcome: 'aborted',
    totalMs: roundMs(endedAtMs - startedAt),
  }
  return { access, startedAtMs: startedAt, endedAtMs }
}

/** The code of an answer that we did not end ourselves. */
function codeOfEnd({ code }: Reply, { outcome, cause }: Sent, hasHead: boolean): string | undefined {
  if (!hasHead) return clientLeft.code
  return outcome === 'cut' ? codeOf(cause, 'INTERNAL') : code
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
}

function roundMs(ms: number): number {
  return Math.round(ms * 1000) / 1000
}

/** What a body of an object knows of how it came. */
function noteHealing(
  access: AccessRecord,
  { healed = 0, askedTwiceBytes = 0, parts = 0 }: Partial<ObjectBody>,
): void {
  if (healed > 0 || askedTwiceBytes > 0) {
    access.healed = healed
    access.askedTwiceBytes = askedTwiceBytes
  }
  if (parts > 0) access.parts = parts
}

/** @param opened by which S3 knows the answer that the body began with */
function logCut(log: Log, requestId: string, opened: string | undefined, { cause }: Sent): void {
  const { s3RequestId = opened } = (cause ?? {}) as Partial<S3ProxyError>
  log.warn(
    { requestId, code: codeOf(cause, 'INTERNAL'), ...(s3RequestId === undefined ? {} : { s3RequestId }) },
    `a body was cut, and so was the client's connection: ${safeMessageOf(cause)}`,
  )
}

/** Keeps a log that throws from ending the process. */
function logFaultSafely(log: Log, error: unknown): void {
  try {
    logFault(log, error)
  } catch {
    // There is nobody left to tell.
  }
}
