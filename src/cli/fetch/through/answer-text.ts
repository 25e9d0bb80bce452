import type { IncomingMessage } from 'node:http'
import { escapeForTerminal } from '../../../log/escape.ts'
import { createAnswerBody } from './answer-body.ts'

const mostLineBytes = 600

/**
 * Reads the beginning of an answer that is no object: `undefined` where there is more of it than `maxBytes`.
 *
 * @throws ProxyFailure where it breaks off
 */
export async function readText(
  answer: IncomingMessage,
  maxBytes: number,
  silenceMs: number,
): Promise<string | undefined> {
  const body = createAnswerBody(answer, silenceMs)
  const pieces: Uint8Array[] = []
  let sizeBytes = 0
  try {
    for (let piece = await body.read(); piece !== null; piece = await body.read()) {
      sizeBytes += piece.byteLength
      if (sizeBytes > maxBytes) return undefined
      pieces.push(piece)
    }
    return Buffer.concat(pieces).toString('utf8')
  } finally {
    body.cancel()
  }
}

/** The one line of text with which the proxy explains an error to a program; empty for anything else, such as a page. */
export async function readLine(answer: IncomingMessage, silenceMs: number): Promise<string> {
  const isText = /^text\/plain\b/i.test(answer.headers['content-type'] ?? '')
  const text = isText ? await readText(answer, mostLineBytes, silenceMs).catch(() => undefined) : undefined
  if (text === undefined) answer.destroy()
  const line = (text ?? '').trim()
  return line.includes('\n') ? '' : escapeForTerminal(line)
}
