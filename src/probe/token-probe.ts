import type { ClientAuthentication, ClientIdentity } from '../sso/client-authentication.ts'
import { clientCredentials } from '../sso/client-credentials.ts'
import { standardError } from '../sso/token-answer.ts'
import type { SsoAnswer, SsoQuestion } from './ask-sso.ts'
import { adviceOnClient } from './client-advice.ts'
import { otherAuthentications } from './other-authentications.ts'
import { type Finding, ProbeFailure } from './probe.ts'
import { ssoBusy } from './sso-busy.ts'

export interface TokenProbeOptions {
  client: ClientIdentity
  redirectUri: string
  codeVerifier: string
  /** The advice where the SSO has no such address. */
  checkAddress: string
  ask(question: SsoQuestion): Promise<Pick<SsoAnswer, 'status' | 'error'>>
}

/** Asks the token endpoint with a code that it cannot know. Its error shows whether it knows the application. */
export async function probeToken(options: TokenProbeOptions, signal: AbortSignal): Promise<Finding> {
  const { status, error: code } = await askAs(options.client, options, signal)
  const said = `a wrong code was answered ${status}${code === undefined ? '' : ` ${code}`}`
  const error = standardError(code)
  if (error === 'invalid_grant' && status < 500) return { message: `${said}, as it should` }
  if (status === 401 || error === 'invalid_client' || error === 'unauthorized_client') {
    const advice = adviceOnClient(await findAuthentication(options, signal))
    throw new ProbeFailure(said, advice, 'SSO_REFUSED_CODE')
  }
  if (status === 429) throw ssoBusy(said)
  if (status === 400 || status === 403)
    return {
      message: `${said}, as it should`,
      advice:
        'not checked: whether the SSO knows sso.clientSecret, because its answer has no error code that tells',
    }
  if (status === 404) throw new ProbeFailure(said, options.checkAddress, 'SSO_BAD_ANSWER')
  throw new ProbeFailure(
    said,
    'expected 400: is this the token endpoint of an OAuth 2.0 server?',
    'SSO_BAD_ANSWER',
  )
}

function askAs(
  client: ClientIdentity,
  { redirectUri, codeVerifier, ask }: TokenProbeOptions,
  signal: AbortSignal,
): ReturnType<TokenProbeOptions['ask']> {
  const { fields, headers } = clientCredentials(client)
  const form = new URLSearchParams({
    grant_type: 'authorization_code',
    code: 's3proxy-probe',
    redirect_uri: redirectUri,
    code_verifier: codeVerifier,
    ...fields,
  })
  return ask({ signal, form, headers })
}

/** Finds another way of client authentication that the SSO accepts; `undefined` where there is none. */
async function findAuthentication(
  options: TokenProbeOptions,
  signal: AbortSignal,
): Promise<ClientAuthentication | undefined> {
  for (const clientAuthentication of otherAuthentications(options.client)) {
    const { error } = await askAs({ ...options.client, clientAuthentication }, options, signal)
    if (standardError(error) === 'invalid_grant') return clientAuthentication
  }
  return undefined
}
