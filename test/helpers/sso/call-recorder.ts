import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, request as sendRequest } from 'node:http'
import { text } from 'node:stream/consumers'
import { listenOnLoopback } from '../network/listen-on-loopback.ts'

/** One request on its way to a server, and its answer. */
export interface RecordedCall {
  path: string
  headers: IncomingHttpHeaders
  body: string
  status: number
  answer: string
}

/** Stands between a caller and a server, passes everything on, and keeps it. */
export interface CallRecorder {
  readonly origin: string
  readonly calls: readonly RecordedCall[]
  close(): void
}

/** @param to the origin of the server, which gets its own name as the host */
export async function startCallRecorder(to: string): Promise<CallRecorder> {
  const calls: RecordedCall[] = []
  const server = createServer(async (message, response) => {
    const body = await text(message)
    const { method, headers, url: path = '/' } = message
    const sent = sendRequest(to + path, { method, headers: { ...headers, host: new URL(to).host } })
    sent.end(body)
    const [answered] = await once(sent, 'response').catch(() => [])
    if (answered === undefined) return void response.destroy()
    const answer = await text(answered)
    calls.push({ path, headers, body, status: answered.statusCode, answer })
    response.writeHead(answered.statusCode, answered.headers).end(answer)
  })
  const { origin, close } = await listenOnLoopback(server)
  return { origin, calls, close }
}
