import { errorReply } from '../http/error-reply.ts'
import type { ProxyRequest, RequestHeader } from '../http/proxy-request.ts'
import type { Reply } from '../http/reply.ts'
import type { Limits } from '../limits/limits.ts'
import type { Place } from '../limits/place.ts'
import type { RequestRecord } from '../telemetry/request-record.ts'

/** Headers for which S3 may give an answer without a body. */
const conditionHeaders: readonly RequestHeader[] = [
  'range',
  'if-match',
  'if-none-match',
  'if-modified-since',
  'if-unmodified-since',
]

/**
 * Answers with an object, once the person has a place for its body. Answers without a body need none and never wait: where
 * no place is free, S3 is asked first whether there is a body.
 *
 * @param record holds the place until the request is over
 * @param person tells people apart
 * @param read makes the answer to a request
 */
export async function limitedReply(
  limits: Limits,
  request: ProxyRequest,
  record: RequestRecord,
  person: string,
  read: (request: ProxyRequest) => Promise<Reply>,
): Promise<Reply> {
  if (request.method !== 'GET') return read(request)
  let place = await timed(record, limits.take(person))
  if (place === undefined) {
    if (conditionHeaders.some((name) => request.header(name) !== undefined)) {
      const reply = await read({ ...request, method: 'HEAD' })
      if (!hasBody(reply)) return reply
    }
    place = await timed(record, limits.wait(person, request.signal))
  }
  if (place === undefined) return refusal(request, record, limits.runningOf(person))
  record.place = place
  try {
    return await readWith(place, request, read)
  } catch (error) {
    place.release()
    throw error
  }
}

async function readWith(
  place: Place,
  request: ProxyRequest,
  read: (request: ProxyRequest) => Promise<Reply>,
): Promise<Reply> {
  const reply = await read(request)
  const { body } = reply
  if (body === null || typeof body === 'string' || body.source === null) place.release()
  else body.source = place.pace(body.source, request.signal)
  return reply
}

/** Tells whether the answer to a HEAD says that a GET would have the body of an object. */
function hasBody({ body }: Reply): boolean {
  return body !== null && typeof body !== 'string'
}

function timed(record: RequestRecord, place: ReturnType<Limits['take']>): ReturnType<Limits['take']> {
  return place instanceof Promise ? record.timed('limitMs', place) : place
}

function refusal(request: ProxyRequest, record: RequestRecord, running: number): Reply {
  // The last one may have ended in the meantime.
  if (running === 0) return errorReply('STREAMS_TOO_MANY', request, record)
  const downloads = running === 1 ? '1 download' : `${running} downloads`
  const what = `You have ${downloads} running, and no more may run at once.`
  return errorReply('STREAMS_TOO_MANY', request, record, { what })
}
