import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { get as httpGet, type IncomingMessage } from 'node:http'
import type { ProxyProcess } from '../proxy/proxy-process.ts'
import type { HttpClient } from './http-client.ts'

/** Asks with the client's cookies on a connection of its own; resolves with the head, before any of the body is read. */
export async function startDownload(
  proxy: ProxyProcess,
  client: HttpClient,
  path: string,
): Promise<IncomingMessage> {
  const headers = { cookie: client.jar.header('127.0.0.1', path) }
  const request = httpGet({ host: '127.0.0.1', port: proxy.port, path, headers, agent: false })
  const [response] = await once(request, 'response')
  // The response tells of later errors too.
  request.on('error', () => {})
  return response
}

/** Hashes all that comes, in hex. Rejects when the stream breaks. */
export async function sha256(stream: IncomingMessage): Promise<string> {
  const hash = createHash('sha256')
  for await (const piece of stream) hash.update(piece)
  return hash.digest('hex')
}
