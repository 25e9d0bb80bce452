import type { Socket } from 'node:net'
import { setImmediate as turn } from 'node:timers/promises'

export type FaultDirection = 'to-target' | 'to-client'

/** A fault in one direction, or in both. Each connection and direction counts its bytes by itself. */
export interface Fault {
  latencyMs?: number
  bytesPerSecond?: number
  /** Sends RST to both sides after so many bytes. */
  resetAfterBytes?: number
  /** Sends FIN to both sides after so many bytes, and drops the rest. */
  closeAfterBytes?: number
  /** Passes on nothing after so many bytes, until the fault is replaced. */
  stallAfterBytes?: number
  /** Passes on pieces of so many bytes. */
  sliceBytes?: number
  /** Direction of the fault; `both` unless given. */
  direction?: FaultDirection | 'both'
}

export interface FaultState {
  fault: Fault
  /** Goes up with every new fault. */
  epoch: number
  /** Called when the fault was replaced. */
  listeners: Set<() => void>
}

const maxQueuedBytes = 256 << 10

/** Moves the bytes of one direction, FIN included, until either side is gone. Reads no more than it can pass on. */
export function pump(
  source: Socket,
  destination: Socket,
  direction: FaultDirection,
  state: FaultState,
): void {
  const queue: { chunk: Buffer; arrivedMs: number }[] = []
  let queuedBytes = 0
  const signal = createSignal()
  state.listeners.add(signal.wake)
  source.on('data', (chunk: Buffer) => {
    queue.push({ chunk, arrivedMs: performance.now() })
    queuedBytes += chunk.length
    if (queuedBytes > maxQueuedBytes) source.pause()
    signal.wake()
  })
  for (const event of ['end', 'close']) source.once(event, signal.wake)
  destination.once('close', signal.wake)

  const forward = createForwarder(source, destination, direction, state, signal)
  const run = async () => {
    while (!destination.destroyed && !destination.writableEnded) {
      const next = queue.shift()
      if (next !== undefined) {
        await forward(next.chunk, next.arrivedMs)
        queuedBytes -= next.chunk.length
        if (queuedBytes <= maxQueuedBytes) source.resume()
      } else if (source.readableEnded) destination.end()
      else if (source.destroyed) return
      else await signal.next()
    }
    // Reading goes on although nothing can be passed on, because the end of the source has to be seen.
    source.removeAllListeners('data').resume()
  }
  void run().finally(() => state.listeners.delete(signal.wake))
}

function createForwarder(
  source: Socket,
  destination: Socket,
  direction: FaultDirection,
  state: FaultState,
  signal: Signal,
): (chunk: Buffer, arrivedMs: number) => Promise<void> {
  let epoch = -1
  let passedBytes = 0
  let startedMs = 0
  return async (chunk, arrivedMs) => {
    for (let at = 0; !destination.destroyed && !destination.writableEnded; ) {
      if (epoch !== state.epoch) [epoch, passedBytes, startedMs] = [state.epoch, 0, performance.now()]
      const fault = faultOf(state, direction)
      const dueMs = Math.max(
        arrivedMs + (fault.latencyMs ?? 0),
        startedMs + (passedBytes / (fault.bytesPerSecond ?? Number.POSITIVE_INFINITY)) * 1000,
      )
      const roomBytes = breakingPoint(fault) - passedBytes
      if (roomBytes <= 0) {
        if (passedBytes >= (fault.resetAfterBytes ?? Number.POSITIVE_INFINITY))
          return reset(source, destination)
        if (passedBytes >= (fault.closeAfterBytes ?? Number.POSITIVE_INFINITY))
          return close(source, destination)
        await signal.next()
      } else if (at >= chunk.length) return
      else if (dueMs > performance.now()) await signal.next(dueMs - performance.now())
      else {
        const stepBytes =
          fault.sliceBytes ?? Math.ceil((fault.bytesPerSecond ?? Number.POSITIVE_INFINITY) / 20)
        const piece = chunk.subarray(at, at + Math.min(roomBytes, stepBytes))
        await write(destination, piece)
        at += piece.length
        passedBytes += piece.length
        if (fault.sliceBytes !== undefined) await turn()
      }
    }
  }
}

function faultOf(state: FaultState, direction: FaultDirection): Fault {
  const { direction: only = 'both' } = state.fault
  return only === 'both' || only === direction ? state.fault : {}
}

function breakingPoint(fault: Fault): number {
  const { resetAfterBytes, closeAfterBytes, stallAfterBytes } = fault
  const points = [resetAfterBytes, closeAfterBytes, stallAfterBytes]
  return Math.min(...points.map((point) => point ?? Number.POSITIVE_INFINITY))
}

function reset(...sockets: Socket[]): void {
  for (const socket of sockets) socket.resetAndDestroy()
}

function close(...sockets: Socket[]): void {
  for (const socket of sockets) socket.end()
}

/** Resolves when the kernel has the bytes, or when there is nobody to give them to. */
function write(destination: Socket, piece: Buffer): Promise<void> {
  return new Promise((resolve) => {
    destination.write(piece, () => resolve())
  })
}

interface Signal {
  wake(): void
  /** Resolves at the next `wake`, or after `timeoutMs`. */
  next(timeoutMs?: number): Promise<void>
}

function createSignal(): Signal {
  let waiting: (() => void) | undefined
  return {
    wake() {
      waiting?.()
    },
    next(timeoutMs) {
      return new Promise((resolve) => {
        const timer = timeoutMs === undefined ? undefined : setTimeout(resolve, timeoutMs)
        waiting = () => {
          clearTimeout(timer)
          waiting = undefined
          resolve()
        }
      })
    },
  }
}
