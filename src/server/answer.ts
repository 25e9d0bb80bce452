import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { type ErrorCode, messageOf } from '../errors.ts'
import { errorReply } from '../http/error-reply.ts'
import { type AccessRecord, type Log, logAccess } from '../log.ts'
import type { ObjectBody } from '../object/object-source.ts'
import type { ClientConnection, Turn } from './connections.ts'
import type { Exchange } from './exchange.ts'
import type { Handler } from './handler.ts'
import { type Incoming, readIncoming, safeRequestId } from './incoming.ts'
import { type Sent, sendReply } from './send.ts'

export interface AnswerParts {
  handler: Handler
  log: Log
  isDraining(): boolean
}

/** Nobody was there any more when there was something to say; the word of nginx for it. */
const clientLeft = 499

/** Takes a request of node:http through the handler to its answer and its line in the log; never rejects. */
export function createAnswer({ handler, log, isDraining }: AnswerParts) {
  async function answer({ message, response, startedAt, isLate }: Turn, connection: ClientConnection) {
    const gone = new AbortController()
    response.once('close', () => {
      if (!response.writableFinished) gone.abort()
    })
    if (hasBody(message)) {
      // It is thrown away; a client that goes on sending does so until the connection is closed.
      message.resume()
      response.shouldKeepAlive = false
    }
    const exchange: Exchange = { route: 'invalid' }
    const incoming = readIncoming(message, gone.signal)
    const id = incoming.kind === 'request' ? incoming.request.id : incoming.requestId
    const refuse = (code: ErrorCode) => errorReply(code, { requestId: id, accept: message.headers.accept })
    const reply =
      incoming.kind === 'invalid'
        ? refuse(incoming.code)
        : isLate
          ? refuse('SHUTTING_DOWN')
          : await handler(incoming.request, exchange)
    if (isDraining()) response.shouldKeepAlive = false
    const { body } = reply
    reply.headers.push('x-request-id', id, 'x-content-type-options', 'nosniff')
    const sent = await sendReply(reply, response, message.method ?? '')
    const isOurs = connection.cutBecause !== undefined && sent.outcome !== 'complete'
    logAccess(log, {
      requestId: id,
      method: message.method ?? '',
      path: pathOf(incoming),
      status: response.headersSent ? reply.status : clientLeft,
      bytes: sent.bytes,
      outcome: isOurs ? 'cut' : sent.outcome,
      totalMs: sinceMs(startedAt),
      code: isOurs ? connection.cutBecause : reply.code,
      ...exchange,
      ...healingOf(body),
    })
    if (sent.outcome === 'cut') logCut(log, id, sent)
  }

  return async (turn: Turn, connection: ClientConnection): Promise<void> => {
    try {
      await answer(turn, connection)
    } catch (error) {
      turn.message.socket.destroy()
      logFault(log, error)
    }
  }
}

/** The line of a request whose connection ended before its turn came. */
export function logDropped(log: Log, { message, startedAt }: Turn): void {
  logAccess(log, {
    requestId: safeRequestId(message.headers['x-request-id']) ?? randomUUID(),
    method: message.method ?? '',
    path: (message.url ?? '').split('?')[0] ?? '',
    route: 'dropped',
    status: clientLeft,
    bytes: 0,
    outcome: 'aborted',
    totalMs: sinceMs(startedAt),
  })
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
}

function pathOf(incoming: Incoming): string {
  return incoming.kind === 'request' ? incoming.request.path : ''
}

function sinceMs(startedAt: number): number {
  return Math.round((performance.now() - startedAt) * 1000) / 1000
}

/** What a body of an object knows of how it came. */
function healingOf(body: unknown): Pick<AccessRecord, 'healed' | 'askedTwiceBytes' | 'parts'> {
  const { healed = 0, askedTwiceBytes = 0, parts = 0 } = (body ?? {}) as Partial<ObjectBody>
  return {
    ...(healed === 0 && askedTwiceBytes === 0 ? {} : { healed, askedTwiceBytes }),
    ...(parts === 0 ? {} : { parts }),
  }
}

function logCut(log: Log, requestId: string, { cause }: Sent): void {
  const code = (cause as { code?: string } | undefined)?.code ?? 'INTERNAL'
  log.warn({ requestId, code }, `a body was cut, and so was the client's connection: ${messageOf(cause)}`)
}

/** What a log that fails throws must not end the process. */
function logFault(log: Log, error: unknown): void {
  try {
    log.error({ stack: (error as Error | undefined)?.stack }, `a fault of ours: ${messageOf(error)}`)
  } catch {
    // There is nobody left to tell.
  }
}
