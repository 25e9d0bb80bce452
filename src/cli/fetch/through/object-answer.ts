import type { IncomingMessage } from 'node:http'
import type { ByteSource } from '../../../http/byte-source.ts'
import { answersRange, parseContentRange, parseUnsatisfied } from '../../../http/content-range.ts'
import type { HeaderList } from '../../../http/reply.ts'
import { parseRetryAfter } from '../../../http/retry-after.ts'
import { escapeForTerminal } from '../../../log/escape.ts'
import type { Found } from '../fetch-answer.ts'
import type { FetchResult } from '../fetch-source.ts'
import { createAnswerBody } from './answer-body.ts'
import { readLine } from './answer-text.ts'
import { ProxyFailure } from './proxy-failure.ts'

export interface Asked {
  method: 'GET' | 'HEAD'
  /** The value of the header `range`. */
  range: string | undefined
  silenceMs: number
  now(): number
}

/** Headers of one connection, and the length, which is told apart. */
const left = new Set(['connection', 'keep-alive', 'transfer-encoding', 'content-length', 'trailer'])

/**
 * Turns an answer of the proxy into the result that it means.
 *
 * @throws ProxyFailure where it is no regular answer about the object
 */
export async function readAnswer(answer: IncomingMessage, asked: Asked): Promise<FetchResult> {
  const { statusCode: status = 0, headers } = answer
  if (status === 200 || status === 206) return readFound(answer, status, asked)
  const line = await readLine(answer, asked.silenceMs)
  switch (status) {
    case 304:
      return { kind: 'not-modified', headers: headersOf(answer) }
    case 412:
      return { kind: 'precondition-failed' }
    case 416:
      return { kind: 'range-not-satisfiable', sizeBytes: parseUnsatisfied(headers['content-range']) }
    case 403:
    case 404:
      return { kind: 'refused', text: withStatus(status, line) }
    default: {
      const mayRetry = status === 429 || status === 502 || status === 503 || status === 504
      const waitSeconds = parseRetryAfter(headers['retry-after'], asked.now())
      throw new ProxyFailure(
        `the proxy does not give the object: ${withStatus(status, line)}`,
        mayRetry,
        waitSeconds,
      )
    }
  }
}

/** Begins a line with the status, which the line of the proxy has already. */
function withStatus(status: number, line: string): string {
  if (line.startsWith(`${status} `)) return `${status}: ${line.slice(4)}`
  return line === '' ? `${status}` : `${status}: ${line}`
}

function readFound(answer: IncomingMessage, status: 200 | 206, asked: Asked): Found {
  const { headers } = answer
  const length = headers['content-length']
  const fail = (reason: string) => {
    answer.destroy()
    return new ProxyFailure(`the answer of the proxy ${reason}`, false)
  }
  // Without a length and a coding, a body that was cut looks whole.
  if (asked.method === 'GET' && length === undefined && headers['transfer-encoding'] === undefined)
    throw fail('does not tell where it ends')
  const sizeBytes = length === undefined ? undefined : Number(length)
  const range = status === 206 ? parseContentRange(headers['content-range']) : undefined
  if (status === 206) {
    if (range === undefined || asked.range === undefined || !answersRange(range, asked.range))
      throw fail('has another range than the one that was asked for')
    if (sizeBytes !== undefined && sizeBytes !== range.last - range.first + 1)
      throw fail('has another length than its range')
  }
  return {
    ...{ kind: 'found', status, sizeBytes, range, etag: headers.etag },
    headers: headersOf(answer),
    body: createAnswerBody(answer, asked.silenceMs),
  }
}

function headersOf({ rawHeaders }: IncomingMessage): HeaderList {
  const list: HeaderList = []
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = (rawHeaders[index] as string).toLowerCase()
    if (!left.has(name)) list.push(name, escapeForTerminal(rawHeaders[index + 1] as string))
  }
  return list
}

/** Where the body had all bytes when it broke off. */
const noBytes: ByteSource = { read: () => null, cancel() {} }

/**
 * Takes the rest of a version from the answer to a request for it.
 *
 * @throws Error where it is no rest of this version
 */
export function checkRest(result: FetchResult, etag: string, firstByte: number): ByteSource {
  if (result.kind === 'found' && result.etag === etag && result.range?.first === firstByte) return result.body
  if (result.kind === 'range-not-satisfiable' && result.sizeBytes === firstByte) return noBytes
  if (result.kind === 'found') result.body.cancel()
  if (result.kind === 'refused') throw new Error(`the proxy gives no more of the object: ${result.text}`)
  throw new Error('the object was replaced while it was fetched: fetch it again')
}
