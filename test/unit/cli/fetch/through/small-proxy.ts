import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestContext } from 'node:test'

/** A server in the place of the proxy that answers as a test says. */
export interface SmallProxy {
  readonly origin: string
  readonly requests: IncomingMessage[]
}

export async function startSmallProxy(
  t: Pick<TestContext, 'after'>,
  answer: (request: IncomingMessage, response: ServerResponse, ordinal: number) => void,
): Promise<SmallProxy> {
  const requests: IncomingMessage[] = []
  const server = createServer((request, response) => {
    requests.push(request)
    answer(request, response, requests.length)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    server.close()
    server.closeAllConnections()
  })
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests }
}
