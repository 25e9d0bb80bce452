import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'

/** The part of Node's parser that is used here. It is undocumented, and other versions of Node may lack it. */
interface Parser {
  onIncoming?: (message: IncomingMessage, isKeptAlive: boolean) => number
}

/** The return value of `onIncoming` that makes the parser stop: it says that another protocol follows. */
const anotherProtocol = 2

/**
 * Makes the parser of a connection stop as soon as its socket is destroyed.
 *
 * Without this, the parser goes on through the whole read of 64 KiB, which can hold thousands of requests. Node keeps
 * their objects until it emits `close`, and that comes after it has read from all other sockets with data.
 *
 * @see https://github.com/nodejs/node/pull/62534 for requests of a destroyed socket that later versions no longer keep
 */
export function stopParserOnceDestroyed(socket: Socket): void {
  const { parser } = socket as Socket & { parser?: Parser | null }
  const take = parser?.onIncoming
  if (parser == null || take === undefined) return
  parser.onIncoming = (message, isKeptAlive) =>
    socket.destroyed ? anotherProtocol : take(message, isKeptAlive)
}
