import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'

/** As much of Node's parser as is touched here; it has no documentation, and other versions may have none of it. */
interface Parser {
  onIncoming?: (message: IncomingMessage, isKeptAlive: boolean) => number
}

/** For the parser: what follows is another protocol, and nothing that it would understand. */
const anotherProtocol = 2

/**
 * Makes the parser of a connection stop as soon as its socket is destroyed.
 *
 * Otherwise it goes on through everything that was read with it, 64 KiB, which can be thousands of requests. Node
 * keeps their objects until it tells that the socket is closed, after it has read from all others that have something.
 */
export function stopParserOnceDestroyed(socket: Socket): void {
  const { parser } = socket as Socket & { parser?: Parser | null }
  const take = parser?.onIncoming
  if (parser == null || take === undefined) return
  parser.onIncoming = (message, isKeptAlive) =>
    socket.destroyed ? anotherProtocol : take(message, isKeptAlive)
}
