import type { SsoFault } from '../stand-in/sso-fault.ts'
import { type EndpointAnswer, type EndpointCall, refused, type StandInContext } from './stand-in-context.ts'

/**
 * Sends the browser back at once with a code, or with what a `deny` or `extra` fault says.
 *
 * @see OpenID Connect Core 1.0 section 3.1.2, RFC 9207
 */
export function authorize(
  context: StandInContext,
  { method, params }: EndpointCall,
  fault: SsoFault | undefined,
): EndpointAnswer {
  const { behaviour, issuer, client, publicClientId, book } = context
  const one = (name: string) => (params.getAll(name).length === 1 ? (params.get(name) ?? '') : '')
  const [clientId, redirectUri, challenge] = [one('client_id'), one('redirect_uri'), one('code_challenge')]
  const callback =
    clientId === publicClientId
      ? /^http:\/\/(127\.0\.0\.1|\[::1\]):\d+\/[^?#]*$/
      : /^https?:\/\/[^/?#]+\/__redirect_from_sso$/
  // Never redirects to what it cannot trust (RFC 6749 section 4.1.2.1).
  if (![client.id, publicClientId].includes(clientId) || !callback.test(redirectUri))
    return refused('invalid_request')
  const back = new URLSearchParams()
  const scopes = one('scope').split(' ')
  const isSound =
    method === 'GET' &&
    one('response_type') === 'code' &&
    one('code_challenge_method') === 'S256' &&
    /^[\w-]{43}$/.test(challenge) &&
    one('state') !== ''
  if (fault !== undefined && 'deny' in fault) {
    back.set('error', fault.deny)
    if (fault.description !== undefined) back.set('error_description', fault.description)
  } else if (!isSound || !scopes.includes('openid')) {
    back.set('error', isSound ? 'invalid_scope' : 'invalid_request')
  } else {
    const { subject, sid } = behaviour
    const nonce = params.get('nonce') ?? undefined
    const grant = { clientId, scope: scopes.join(' '), subject, sid, nonce }
    back.set('code', book.addCode(grant, redirectUri, challenge))
  }
  if (params.has('state')) back.set('state', one('state'))
  if (behaviour.callbackIssuer !== null) back.set('iss', behaviour.callbackIssuer ?? issuer)
  if (fault !== undefined && 'extra' in fault)
    for (const [name, value] of Object.entries(fault.extra)) back.set(name, value)
  return { redirect: `${redirectUri}?${back}` }
}
