import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { type Fault, type FaultState, pump } from './fault-proxy-pump.ts'

export interface FaultProxy {
  readonly port: number
  readonly openConnections: number
  /** Replaces the fault, for open connections too; bytes are counted anew from here on. */
  set(fault: ProxyFault): Promise<void>
  /** Ends the fault; held back bytes go on, unchanged. */
  clear(): Promise<void>
  /** Lets nothing pass through open connections any more, and tells neither side, as when a firewall forgets them. */
  forgetAll(): void
  /** Sends RST to both sides of every open connection. */
  resetAll(): void
  close(): Promise<void>
}

export interface ProxyFault extends Fault {
  /** `down`: nobody listens, new connections are refused; open ones go on. */
  refuse?: 'down'
}

/** A TCP proxy between any two parts that delays, throttles, slices, stalls and breaks what passes through it. */
export async function startFaultProxy(options: {
  target: { host: string; port: number }
}): Promise<FaultProxy> {
  const pairs = new Set<[Socket, Socket]>()
  const state: FaultState = { fault: {}, epoch: 0, listeners: new Set() }
  // Half-open: a FIN passes through in its own direction only.
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    const target = connect({ ...options.target, allowHalfOpen: true, noDelay: true })
    join(client, target, pairs, state)
  })
  await listen(server, 0)
  const { port } = server.address() as AddressInfo
  const apply = async (fault: ProxyFault) => {
    state.fault = fault
    state.epoch++
    for (const wake of state.listeners) wake()
    if (fault.refuse === 'down' && server.listening) server.close()
    if (fault.refuse === undefined && !server.listening) await listen(server, port)
  }
  const resetAll = () => {
    for (const sockets of pairs) for (const socket of sockets) socket.resetAndDestroy()
  }
  return {
    port,
    get openConnections() {
      return pairs.size
    },
    set: apply,
    clear: () => apply({}),
    forgetAll() {
      for (const sockets of pairs) for (const socket of sockets) socket.removeAllListeners('data').pause()
    },
    resetAll,
    async close() {
      const open = [...pairs].flat().filter((socket) => !socket.closed)
      const closed = open.map((socket) => once(socket, 'close'))
      if (server.listening) server.close()
      for (const socket of open) socket.destroy()
      await Promise.all(closed)
    },
  }
}

function join(client: Socket, target: Socket, pairs: Set<[Socket, Socket]>, state: FaultState): void {
  const pair: [Socket, Socket] = [client, target]
  pairs.add(pair)
  for (const [socket, other] of [pair, [target, client] as const]) {
    // An error of one side, a refusal by the target too, reaches the other one as a reset.
    socket.on('error', () => other.resetAndDestroy())
    socket.once('close', () => {
      // After a FIN the rest of what came may still be on its way to the other side.
      if (!socket.readableEnded) other.destroy()
      if (other.closed) pairs.delete(pair)
    })
  }
  pump(client, target, 'to-target', state)
  pump(target, client, 'to-client', state)
}

async function listen(server: Server, port: number): Promise<void> {
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
}
