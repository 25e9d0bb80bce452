import { authenticateClient } from './authenticate-client.ts'
import { type EndpointAnswer, type EndpointCall, refused, type StandInContext } from './stand-in-context.ts'

/** @see OpenID Connect Core 1.0 section 5.3 */
export function userinfo(
  { book, behaviour }: StandInContext,
  { authorization }: EndpointCall,
): EndpointAnswer {
  const entry = book.findAccess(/^Bearer (\S+)$/.exec(authorization ?? '')?.[1] ?? '')
  if (entry === undefined) return refused('invalid_token', 401)
  const sub = behaviour.userinfoSubject ?? entry.grant.subject
  return { status: 200, json: { sub, ...(behaviour.claimsAreIn === 'id-token' ? {} : behaviour.claims) } }
}

/** @see RFC 7662 section 2 */
export function introspection(context: StandInContext, call: EndpointCall): EndpointAnswer {
  const { behaviour, issuer, book } = context
  const clientId = authenticateClient(context, call)
  if (clientId === undefined || clientId === context.publicClientId) return refused('invalid_client', 401)
  const entry = call.method === 'POST' ? book.findAccess(call.params.get('token') ?? '') : undefined
  if (entry === undefined) return { status: 200, json: { active: false } }
  const { grant, exp } = entry
  return {
    status: 200,
    json: {
      ...{ active: true, iss: issuer, aud: behaviour.audience, sub: grant.subject, exp },
      ...{ client_id: grant.clientId, scope: grant.scope, token_type: 'Bearer', ...behaviour.claims },
    },
  }
}

/** @see RFC 7009 section 2 */
export function revocation(context: StandInContext, call: EndpointCall): EndpointAnswer {
  if (authenticateClient(context, call) === undefined) return refused('invalid_client', 401)
  const token = call.params.get('token')
  if (call.method !== 'POST' || token === null) return refused('invalid_request')
  context.revoked.push(token)
  context.book.end(token)
  return { status: 200, json: {} }
}
