import { codeOf, S3ProxyError } from '../errors.ts'
import type { ByteSource } from '../http/byte-source.ts'
import { healthChecks } from '../s3/fair-shares.ts'
import type { RequestRecord } from '../telemetry/request-record.ts'
import { Cancellation } from '../waiting/cancellation.ts'
import type { ObjectOpener, ObjectRequest, ObjectResult } from './object-source.ts'

/** The largest body that is shared. A larger one goes to one reader, and each other request asks S3 by itself. */
const sharedBytes = 64 * 1024

/** One request to S3 that several readers wait for. */
interface Flight {
  result: Promise<ObjectResult>
  /** Record of the request that began it, which is the first to get the result. */
  record: RequestRecord
  /** Number of waiting readers. */
  people: number
  givenUp: Cancellation
  /** Whether one reader has the body, because it is too large for all. */
  isTaken: boolean
}

/**
 * Opens the health-check object, which needs no login. Requests for the same whole object at the same moment
 * share one answer of S3, so that a thousand of them cost as much as one. Nothing is kept after the answer.
 */
export function createSharedReads(source: ObjectOpener): ObjectOpener {
  const flights = new Map<string, Flight>()

  function start(id: string, request: ObjectRequest, record: RequestRecord): Flight {
    const givenUp = new Cancellation()
    const result = openGathered(source, { ...request, sharer: healthChecks, signal: givenUp }, record)
    const flight = { result, record, people: 0, givenUp, isTaken: false }
    const end = () => {
      if (flights.get(id) === flight) flights.delete(id)
    }
    givenUp.addEventListener('abort', end)
    flights.set(id, flight)
    result.then(end, end)
    return flight
  }

  async function join(flight: Flight, request: ObjectRequest, record: RequestRecord): Promise<ObjectResult> {
    const { result, givenUp } = flight
    const { signal } = request
    flight.people++
    const leave = () => {
      if (--flight.people === 0) givenUp.abort()
    }
    signal.addEventListener('abort', leave)
    const shared = await result.finally(() => signal.removeEventListener('abort', leave))
    if (shared.kind !== 'found') return shared
    const { body } = shared
    if (body instanceof GatheredBody) {
      record.healed = flight.record.healed
      record.askedTwiceBytes = flight.record.askedTwiceBytes
      return { ...shared, headers: [...shared.headers], body: new GatheredBody(body.bytes) }
    }
    if (flight.isTaken) return source.open({ ...request, sharer: healthChecks }, record)
    flight.isTaken = true
    // From here on the body belongs to this reader alone.
    if (signal.aborted) givenUp.abort()
    signal.addEventListener('abort', () => givenUp.abort())
    return shared
  }

  return {
    open(request, record) {
      if (request.signal.aborted || Object.keys(request.conditions).length > 0)
        return source.open({ ...request, sharer: healthChecks }, record)
      const id = `${request.method} ${request.key}`
      return join(flights.get(id) ?? start(id, request, record), request, record)
    },
  }
}

const maxReads = 2

/**
 * Opens an object and reads a small body to its end. An object that is replaced meanwhile is read anew, because nobody has
 * a byte of it yet.
 *
 * @throws S3ProxyError `S3_BAD_ANSWER` where it seems to be replaced each time
 */
async function openGathered(
  source: ObjectOpener,
  request: ObjectRequest,
  record: RequestRecord,
): Promise<ObjectResult> {
  for (let read = 1; ; read++) {
    try {
      return await gathered(await source.open(request, record), request.method)
    } catch (error) {
      if (codeOf(error, 'INTERNAL') !== 'OBJECT_REPLACED') throw error
      if (read === maxReads)
        throw new S3ProxyError('S3_BAD_ANSWER', 'S3 had another object each time it was read', {
          cause: error,
        })
    }
  }
}

/** Reads a small body to its end, so that many can have it. An answer to HEAD has no body. */
async function gathered(result: ObjectResult, method: string): Promise<ObjectResult> {
  if (result.kind !== 'found') return result
  const { sizeBytes = Number.POSITIVE_INFINITY } = result
  if (method === 'GET' && sizeBytes > sharedBytes) return result
  const { body } = result
  const pieces: Buffer[] = []
  try {
    if (method === 'GET')
      for (let piece = await body.read(); piece !== null; piece = await body.read())
        pieces.push(Buffer.from(piece))
  } finally {
    body.cancel()
  }
  return { ...result, body: new GatheredBody(Buffer.concat(pieces)) }
}

/** A body whose bytes are in memory. Many readers may have it, because none changes the bytes. */
class GatheredBody implements ByteSource {
  readonly bytes: Buffer
  #isRead = false

  constructor(bytes: Buffer) {
    this.bytes = bytes
  }

  read(): Uint8Array | null {
    if (this.#isRead || this.bytes.length === 0) return null
    this.#isRead = true
    return this.bytes
  }

  cancel(): void {
    this.#isRead = true
  }
}
