import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { alterAnswer } from './alter-answer.ts'
import { createAnswerContext } from './answer.ts'
import { answerRequest, type Bucket } from './answer-request.ts'
import { codeAnswer } from './code-answer.ts'
import type { Misbehaver, Misbehaviour } from './misbehaviour.ts'
import type { Recorder } from './recorder.ts'
import { parseRequestTarget, type RequestTarget } from './request-target.ts'
import type { S3Error } from './s3-error.ts'
import { sendAnswer } from './send-answer.ts'
import { sendSliced } from './send-sliced.ts'
import type { VerifySigV4 } from './sigv4-verify.ts'
import type { RecordedRequest } from './stand-in-types.ts'
import { cutConnection } from './write-all.ts'

export interface ExchangeParts {
  bucket: Bucket
  verify: VerifySigV4
  misbehaver: Misbehaver
  recorder: Recorder
  clock: () => Date
  firstByteDelayMs: number
  bytesPerSecond: number | undefined
}

/** One request from its target to the end of its answer. */
export async function handleExchange(
  parts: ExchangeParts,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { method = '', url: rawTarget = '', headers } = request
  const { bucket, recorder } = parts
  request.resume()
  const target = parseRequestTarget(rawTarget, headers.host ?? '', bucket.name)
  const now = parts.clock()
  const authError = parts.verify({ method, target, headers: request.headersDistinct }, now)
  const key = target.bucket === bucket.name ? target.key : undefined
  const record: RecordedRequest = {
    ...{ method, rawTarget, key, headers, authenticated: authError === undefined },
    ...{ status: 0, at: Date.now(), bodyBytesSent: 0, outcome: 'open' },
  }
  recorder.add(record)
  let outcome: RecordedRequest['outcome'] = 'cut'
  try {
    outcome = await answerExchange(parts, request, response, { record, target, authError, now })
  } finally {
    recorder.settle(record, outcome)
  }
}

interface Checked {
  record: RecordedRequest
  target: RequestTarget
  authError: S3Error | undefined
  now: Date
}

async function answerExchange(
  parts: ExchangeParts,
  request: IncomingMessage,
  response: ServerResponse,
  { record, target, authError, now }: Checked,
): Promise<RecordedRequest['outcome']> {
  const { bucket } = parts
  const { method, rawTarget, headers, key } = record
  const wrong = parts.misbehaver.next({ method, key, rawTarget, headers })
  if (wrong.replaceObject !== undefined && key !== undefined) {
    const old = bucket.store.get(key)
    const kept = old === undefined ? {} : { contentType: old.contentType, headers: { ...old.headers } }
    bucket.store.put(key, { ...kept, body: wrong.replaceObject })
  }
  if (wrong.deleteObject && key !== undefined) bucket.store.delete(key)
  const context = createAnswerContext(now)
  const honest = answerRequest({ method, headers, target }, bucket, authError, context)
  const coded = codeAnswer(honest, wrong, {
    acceptEncoding: headers['accept-encoding'] as string | undefined,
  })
  const answer = alterAnswer(coded, wrong, context)

  const delayMs = wrong.headDelayMs ?? parts.firstByteDelayMs
  if (delayMs > 0) await delay(delayMs, response)
  const { socket } = request
  if (socket.destroyed) return 'client-left'
  if (withoutHead(socket, wrong)) return 'cut'
  if (wrong.status100Continue) response.writeContinue()
  record.status = answer.status
  const sending = {
    isHead: method === 'HEAD',
    bytesPerSecond: parts.bytesPerSecond,
    onBytes: (count: number) => {
      record.bodyBytesSent += count
    },
  }
  return wrong.sliceBytes === undefined
    ? sendAnswer(answer, { response, socket }, wrong, sending)
    : sendSliced(answer, socket, wrong.sliceBytes, sending)
}

function delay(delayMs: number, response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, delayMs)
    response.once('close', () => {
      clearTimeout(timer)
      resolve()
    })
  })
}

function withoutHead(socket: Socket, wrong: Misbehaviour): boolean {
  if (wrong.resetBeforeHead) cutConnection(socket, 'reset')
  else if (wrong.closeBeforeHead) cutConnection(socket, 'fin')
  else if (wrong.rawHead !== undefined) socket.end(wrong.rawHead, 'latin1')
  else return wrong.stallBeforeHead === true
  return true
}
