import { authenticateClient } from './authenticate-client.ts'
import { type EndpointAnswer, type EndpointCall, refused, type StandInContext } from './stand-in-context.ts'

/** @see RFC 8628 section 3.1 */
export function authorizeDevice(context: StandInContext, call: EndpointCall): EndpointAnswer {
  const { behaviour, devices, issuer } = context
  const { params, method } = call
  const clientId = authenticateClient(context, call)
  if (clientId === undefined) return refused('invalid_client', 401)
  const challenge = params.get('code_challenge') ?? undefined
  const isChallenge = /^[\w-]{43}$/.test(challenge ?? '') && params.get('code_challenge_method') === 'S256'
  const isMissing = behaviour.deviceRequiresPkce && challenge === undefined
  if (method !== 'POST' || isMissing || (challenge !== undefined && !isChallenge))
    return refused('invalid_request')
  const { subject, sid, deviceCodeSeconds: codeSeconds, deviceIntervalSeconds: intervalSeconds } = behaviour
  const grant = { clientId, scope: params.get('scope') ?? '', subject, sid, nonce: undefined }
  const { deviceCode, userCode } = devices.add(grant, challenge, { codeSeconds, intervalSeconds })
  const page = `${issuer.replace(/\/$/, '')}/device-page`
  return {
    status: 200,
    json: {
      device_code: deviceCode,
      user_code: userCode,
      verification_uri: page,
      verification_uri_complete: `${page}?user_code=${userCode}`,
      expires_in: codeSeconds,
      interval: intervalSeconds,
    },
  }
}
