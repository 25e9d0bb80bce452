import { S3ProxyError } from '../../errors.ts'
import type { ByteSource } from '../../http/byte-source.ts'
import type { RequestRecord } from '../../telemetry/request-record.ts'
import { createPart, memoryOfPart, type Part, type PartOptions } from './part.ts'
import type { PartPlan } from './part-plan.ts'
import type { ReadAhead } from './read-ahead.ts'

/** Parts that are fetched at the same time, and read one after the other. */
export interface PartQueue extends ByteSource {
  /** Gives pieces in order; `null` once there is no part left, which may be before the plan is done. */
  read(): Uint8Array | null | Promise<Uint8Array | null>
  /** Whether no part was asked for. */
  readonly isEmpty: boolean
  /** Notes that the stream before the parts has ended: the parts may use one connection more. */
  leadEnded(): void
  /** Drops everything except the piece that the reader holds. `read` returns `null` after that. */
  abandon(): void
}

export interface PartQueueOptions {
  plan: PartPlan
  /** The first byte of the plan. */
  firstByte: number
  readAhead: ReadAhead
  /** Gets the number of parts, and the bytes that were dropped. */
  record: RequestRecord
  open: PartOptions['open']
  /** Pace below which parts are no gain. No more of them are asked for when a reader is slower in the long run. */
  leastBytesPerSecond: number
}

/** Bytes that lie ahead of one reader at most: one part more than connections, so that no connection has to wait. */
function windowOf({ connections, partBytes }: ReadAhead): number {
  return (connections + 1) * partBytes
}

/** Begins to fetch; the queue stays empty where no memory or no connection is spare. */
export function createPartQueue(options: PartQueueOptions): PartQueue {
  const { plan, readAhead, record } = options
  const windowBytes = windowOf(readAhead)
  const parts: Part[] = []
  let nextByte = options.firstByte
  let isAsking = true
  let isAbandoned = false
  let leads = 1
  let isEmpty = true
  let judgeTimer: NodeJS.Timeout | undefined
  let judgedTo = 0

  function ask(): void {
    while (isAsking && plan.nextBytes > 0) {
      const memoryBytes = memoryOfPart(plan.nextBytes, readAhead)
      const arriving = parts.reduce((sum, part) => sum + Number(part.isArriving), leads)
      if (arriving >= readAhead.connections || aheadBytes() + memoryBytes > windowBytes) return
      if (!readAhead.begin(memoryBytes)) return
      const { firstByte, endByte } = plan.next()
      isEmpty = false
      record.parts++
      parts.push(createPart({ firstByte, endByte, readAhead, open: options.open, onArrived }))
    }
  }

  function aheadBytes(): number {
    const last = parts.at(-1)
    return last === undefined ? 0 : last.endByte - nextByte
  }

  function onArrived(isWhole: boolean): void {
    if (!isWhole) stopAsking()
    ask()
  }

  function stopAsking(): void {
    isAsking = false
    clearTimeout(judgeTimer)
  }

  /** Judges over two windows, because the first part comes late and then several at once. */
  function startJudging(): void {
    clearTimeout(judgeTimer)
    judgedTo = nextByte + 2 * windowBytes
    if (isAsking) judgeTimer = setTimeout(stopAsking, (2 * windowBytes * 1000) / options.leastBytesPerSecond)
  }

  function read(): Uint8Array | null | Promise<Uint8Array | null> {
    for (;;) {
      const part = parts[0]
      if (part === undefined || isAbandoned) return endOfParts()
      const piece = part.read()
      if (piece instanceof Promise) {
        ask()
        return piece.then((arrived) => passOn(arrived) ?? nextPart(part))
      }
      if (piece !== null) return passOn(piece)
      retire(part)
    }
  }

  function passOn(piece: Uint8Array | null): Uint8Array | null {
    if (piece === null) return null
    nextByte += piece.byteLength
    if (nextByte >= judgedTo) startJudging()
    ask()
    return piece
  }

  function nextPart(part: Part): ReturnType<typeof read> {
    retire(part)
    return read()
  }

  function retire(part: Part): void {
    if (nextByte !== part.endByte && !isAbandoned)
      throw new S3ProxyError('INTERNAL', 'a part ended before its end')
    parts.splice(parts.indexOf(part), 1)
    part.cancel()
    ask()
  }

  function endOfParts(): null {
    cancel()
    return null
  }

  function abandon(): void {
    isAbandoned = true
    stopAsking()
    for (const part of [...parts]) record.askedTwiceBytes += part.abandon()
  }

  function cancel(): void {
    abandon()
    for (const part of [...parts]) retire(part)
  }

  startJudging()
  ask()
  return {
    read,
    abandon,
    cancel,
    get isEmpty() {
      return isEmpty
    },
    leadEnded() {
      leads = 0
      ask()
    },
  }
}
