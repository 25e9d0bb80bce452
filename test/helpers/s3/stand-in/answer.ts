import { randomBytes } from 'node:crypto'
import { bufferBody, type ObjectBody } from './object-body.ts'
import { errorXml, type S3Error } from './s3-error.ts'

/** An answer before it is sent: a plain value that a misbehaviour can still alter. */
export interface Answer {
  status: number
  /** In the order they are sent. */
  headers: [name: string, value: string][]
  /** The bytes `start` to `end` of `body`; HEAD keeps them back. */
  body: ObjectBody
  start: number
  /** Exclusive. */
  end: number
}

export interface AnswerContext {
  requestId: string
  hostId: string
  now: Date
}

const hostIdStart = randomBytes(24).toString('base64url')
let answerCount = 0

export function createAnswerContext(now: Date): AnswerContext {
  answerCount++
  return {
    requestId: answerCount.toString(36).toUpperCase().padStart(16, '0'),
    hostId: `${hostIdStart}${answerCount.toString(36)}=`,
    now,
  }
}

/** The headers that every answer of S3 begins with. */
export function commonHeaders(context: AnswerContext): [string, string][] {
  return [
    ['x-amz-id-2', context.hostId],
    ['x-amz-request-id', context.requestId],
    ['date', context.now.toUTCString()],
    ['server', 'AmazonS3'],
  ]
}

export function emptyAnswer(status: number, headers: [string, string][]): Answer {
  return { status, headers, body: bufferBody(''), start: 0, end: 0 }
}

export function textAnswer(
  status: number,
  contentType: string,
  text: string,
  context: AnswerContext,
): Answer {
  const body = bufferBody(text)
  const headers: [string, string][] = [
    ...commonHeaders(context),
    ['content-type', contentType],
    ['transfer-encoding', 'chunked'],
  ]
  return { status, headers, body, start: 0, end: body.sizeBytes }
}

export function errorAnswer(error: S3Error, context: AnswerContext): Answer {
  return textAnswer(error.status, 'application/xml', errorXml(error, context), context)
}
