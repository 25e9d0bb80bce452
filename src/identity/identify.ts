import type { ProxyRequest } from '../http/proxy-request.ts'
import type { Reply } from '../http/reply.ts'
import type { Site } from '../http/site.ts'
import type { Person } from '../person/person.ts'
import type { RequestRecord } from '../telemetry/request-record.ts'

/** One way to find out who asks. */
export type Identity = (request: ProxyRequest, site: Site, record: RequestRecord) => Promise<Identification>

/**
 * `person`: somebody, whom the identity has noted in the record. `sharer` tells people apart who share connections.
 * `reply`: an answer in place of the one that was asked for, such as a question to the person.
 * `nobody`: the request has nothing that this identity knows.
 */
export type Identification =
  | { kind: 'person'; person: Person; sharer: string }
  | { kind: 'reply'; reply: Reply }
  | { kind: 'nobody'; person?: undefined; sharer?: undefined }

export const nobody: Identification = { kind: 'nobody' }

/** Asks identities in their order. The first that knows something answers. */
export async function identify(
  identities: readonly Identity[],
  request: ProxyRequest,
  site: Site,
  record: RequestRecord,
): Promise<Identification> {
  for (const identity of identities) {
    const identification = await identity(request, site, record)
    if (identification.kind !== 'nobody') return identification
  }
  return nobody
}
