import { isSignedBy, readJwt } from './jwt.ts'
import { type EndpointAnswer, type EndpointCall, refused, type StandInContext } from './stand-in-context.ts'

/**
 * Signs the browser out. A hint has to be an id token of this provider for this client, which may be over, and the way
 * back has to lie below `/__s3proxy/`.
 *
 * @see OpenID Connect RP-Initiated Logout 1.0 section 2
 */
export function endSession(context: StandInContext, { params }: EndpointCall): EndpointAnswer {
  const { behaviour, client, keys, issuer, logouts } = context
  const hint = params.get('id_token_hint')
  const claims = hint === null ? undefined : readJwt(hint)?.claims
  const isHint =
    hint !== null &&
    claims?.iss === issuer &&
    claims.aud === client.id &&
    keys.published.some((key) => isSignedBy(hint, key))
  const clientId = params.get('client_id')
  if ((hint !== null && !isHint) || (clientId !== null && clientId !== client.id))
    return refused('invalid_request')
  const back = params.get('post_logout_redirect_uri')
  const isBack = back === null || /^https?:\/\/[^/?#]+\/__s3proxy\/[^?#]*$/.test(back)
  if (!isBack || (back !== null && hint === null && clientId === null)) return refused('invalid_request')
  logouts.push(hint ?? '')
  if (back === null || behaviour.staysAfterLogout) return { page: 'You are signed out.' }
  const state = params.get('state')
  return { status: 303, redirect: state === null ? back : `${back}?${new URLSearchParams({ state })}` }
}
