import { authenticateClient } from './authenticate-client.ts'
import { mintAccessToken, mintIdToken, padding } from './mint-tokens.ts'
import { deviceGrant } from './publish.ts'
import { type EndpointAnswer, type EndpointCall, refused, type StandInContext } from './stand-in-context.ts'
import type { TokenGrant } from './token-book.ts'

/** @see RFC 6749 section 3.2, OpenID Connect Core 1.0 sections 3.1.3 and 12, RFC 8628 section 3.4 */
export function token(context: StandInContext, call: EndpointCall): EndpointAnswer {
  const { params, method } = call
  const isRepeated = [...params.keys()].some((name) => params.getAll(name).length > 1)
  if (method !== 'POST' || isRepeated) return refused('invalid_request')
  const clientId = authenticateClient(context, call)
  if (clientId === undefined) return refused('invalid_client', 401)
  switch (params.get('grant_type')) {
    case 'authorization_code': {
      const grant = context.book.useCode(params, clientId)
      return grant === undefined ? refused('invalid_grant') : give(context, grant, params)
    }
    case 'refresh_token':
      return refresh(context, clientId, params)
    case deviceGrant: {
      const outcome = context.devices.poll(params, clientId)
      return 'error' in outcome ? refused(outcome.error) : give(context, outcome.grant, params)
    }
    default:
      return refused('unsupported_grant_type')
  }
}

function refresh(context: StandInContext, clientId: string, params: URLSearchParams): EndpointAnswer {
  const { book, behaviour } = context
  const old = params.get('refresh_token') ?? ''
  const grant = book.findRefresh(old)
  if (grant === undefined || grant.clientId !== clientId) return refused('invalid_grant')
  if (behaviour.rotatesRefreshTokens) book.end(old)
  return give(context, { ...grant, nonce: undefined }, params)
}

function give(context: StandInContext, grant: TokenGrant, params: URLSearchParams): EndpointAnswer {
  const { behaviour, book } = context
  const isRefresh = params.get('grant_type') === 'refresh_token'
  const hasNewRefresh = behaviour.hasRefreshTokens && (!isRefresh || behaviour.rotatesRefreshTokens)
  return {
    status: 200,
    headers: { 'cache-control': 'no-store' },
    json: {
      access_token: mintAccessToken(context, grant),
      token_type: 'Bearer',
      scope: grant.scope,
      ...(behaviour.hasExpiresIn
        ? { expires_in: behaviour.expiresInSeconds ?? behaviour.accessTokenSeconds }
        : {}),
      ...(hasNewRefresh ? { refresh_token: book.addRefresh(grant, padding(context)) } : {}),
      ...(isRefresh && !behaviour.hasIdTokenInRefresh
        ? {}
        : { id_token: mintIdToken(context, grant, params) }),
    },
  }
}
