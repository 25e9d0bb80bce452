import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { TestContext } from 'node:test'
import { listenOnLoopback } from '../../../../helpers/network/listen-on-loopback.ts'

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
  const { origin } = await listenOnLoopback(server, t)
  return { origin, requests }
}
