import { gunzipSync, gzipSync } from 'node:zlib'
import type { Answer } from './answer.ts'
import type { Misbehaviour } from './misbehaviour.ts'
import { bufferBody } from './object-body.ts'

/** Compresses an object by the `accept-encoding` of the request, as some stores and some proxies do. */
export function codeAnswer(
  answer: Answer,
  wrong: Misbehaviour,
  request: { acceptEncoding: string | undefined },
): Answer {
  if (answer.status !== 200) return answer
  const takesGzip = /\bgzip\b/.test(request.acceptEncoding ?? '')
  const isGzip = answer.headers.some(([name, value]) => name === 'content-encoding' && value === 'gzip')
  if (wrong.decompresses && isGzip && !takesGzip) {
    const headers = answer.headers.filter(([name]) => name !== 'content-encoding')
    return withBody({ ...answer, headers }, gunzipSync)
  }
  if (wrong.compresses && !isGzip && takesGzip) {
    const headers = answer.headers.map(([name, value]): [string, string] => [
      name,
      name === 'etag' ? `W/${value}` : value,
    ])
    return withBody({ ...answer, headers: [...headers, ['content-encoding', 'gzip']] }, gzipSync)
  }
  return answer
}

/** The length is not known when the head is sent. */
function withBody(answer: Answer, recode: (bytes: Buffer) => Buffer): Answer {
  const stored = answer.body.read(0, answer.body.sizeBytes)
  const body = bufferBody(recode(Buffer.from(stored)))
  const headers = answer.headers.filter(([name]) => name !== 'content-length')
  return {
    ...answer,
    headers: [...headers, ['transfer-encoding', 'chunked']],
    body,
    start: 0,
    end: body.sizeBytes,
  }
}
