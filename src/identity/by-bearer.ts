import { type BearerError, bearerChallenge } from '../bearer/bearer-challenge.ts'
import type { BearerVerdict } from '../bearer/bearer-check.ts'
import type { BearerOptions } from '../bearer/bearer-options.ts'
import { bearerTokenIn } from '../bearer/bearer-token-in.ts'
import { errorReply } from '../http/error-reply.ts'
import type { ProxyRequest } from '../http/proxy-request.ts'
import type { Site } from '../http/site.ts'
import type { Log } from '../log/log.ts'
import type { RequestRecord } from '../telemetry/request-record.ts'
import { type Identification, type Identity, nobody } from './identify.ts'

export interface BearerIdentityOptions {
  bearer: Pick<BearerOptions, 'check' | 'scopes'>
  log: Pick<Log, 'debug'>
}

/** Knows people and programs by the bearer token of their request. A token that is not accepted never becomes `nobody`. */
export function createBearerIdentity(options: BearerIdentityOptions): Identity {
  const { check } = options.bearer
  return async (request, site, record) => {
    const token = bearerTokenIn(request.header('authorization'))
    if (token === undefined) return nobody
    if (token === null) return refuse(options, request, site, record, malformed)
    const checked = check(token)
    const verdict = checked instanceof Promise ? await conclude(checked, record) : checked
    if (verdict.kind !== 'accepted') return refuse(options, request, site, record, problemOf(verdict))
    record.bearer = 'accepted'
    record.person = verdict.person
    return { kind: 'person', person: verdict.person, sharer: verdict.sharer }
  }
}

async function conclude(checked: Promise<BearerVerdict>, record: RequestRecord): Promise<BearerVerdict> {
  record.bearer = 'unavailable'
  return record.timed('ssoMs', checked)
}

const malformed = { error: 'invalid_request', description: 'expected one token' } as const

function problemOf(verdict: BearerVerdict & { kind: 'refused' | 'unscoped' }): BearerError {
  if (verdict.kind === 'unscoped') return { error: 'insufficient_scope' }
  return { error: 'invalid_token', description: verdict.reason }
}

const codes = {
  invalid_request: 'BEARER_MALFORMED',
  invalid_token: 'BEARER_REFUSED',
  insufficient_scope: 'BEARER_UNSCOPED',
} as const

function refuse(
  { bearer, log }: BearerIdentityOptions,
  request: ProxyRequest,
  site: Site,
  record: RequestRecord,
  problem: BearerError,
): Identification {
  record.bearer = 'refused'
  const { requestId } = record
  log.debug({ requestId, reason: problem.description }, `a bearer token is refused: ${problem.error}`)
  const headers = ['www-authenticate', bearerChallenge(site, bearer.scopes, problem)]
  return { kind: 'reply', reply: errorReply(codes[problem.error], request, record, { headers }) }
}
