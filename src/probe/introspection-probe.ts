import type { IntrospectionEndpoint } from '../bearer/introspect.ts'
import { jsonObjectIn } from '../http/json-object.ts'
import type { ClientIdentity } from '../sso/client-authentication.ts'
import { clientCredentials } from '../sso/client-credentials.ts'
import type { SsoAnswer, SsoQuestion } from './ask-sso.ts'
import { adviceOnClient } from './client-advice.ts'
import { madeUpToken } from './made-up-token.ts'
import { otherAuthentications } from './other-authentications.ts'
import { type Finding, ProbeFailure } from './probe.ts'
import { ssoBusy } from './sso-busy.ts'

type Ask = (url: string, question: SsoQuestion) => Promise<Pick<SsoAnswer, 'status' | 'text'>>

/**
 * Asks the introspection endpoint about a token that nobody gave. Its answer shows whether it knows the application.
 *
 * @see RFC 7662 section 2.2
 */
export async function probeIntrospection(
  { url, client }: IntrospectionEndpoint,
  ask: Ask,
  signal: AbortSignal,
): Promise<Finding> {
  const askAs = async (identity: ClientIdentity) => {
    const { fields, headers } = clientCredentials(identity)
    const form = new URLSearchParams({ token: madeUpToken, token_type_hint: 'access_token', ...fields })
    const { status, text } = await ask(url, { signal, form, headers })
    return { status, isActive: jsonObjectIn(text)?.active }
  }
  const { status, isActive } = await askAs(client)
  const said = `${url} answered ${status} to a token that nobody gave`
  if (status === 200 && isActive === false)
    return {
      message: `${said}: not active, as it should (client authentication: ${client.clientAuthentication})`,
    }
  if (status === 200 && isActive === true)
    throw new ProbeFailure(
      `${said}: active`,
      'do not use this endpoint (bearer.introspectionUrl): it takes every token for valid',
      'SSO_BAD_ANSWER',
    )
  if (status === 429) throw ssoBusy(said)
  if (status === 400 || status === 401 || status === 403) {
    for (const clientAuthentication of otherAuthentications(client).filter((other) => other !== 'none')) {
      const other = await askAs({ ...client, clientAuthentication })
      if (other.status === 200 && other.isActive === false)
        throw new ProbeFailure(said, adviceOnClient(clientAuthentication), 'SSO_BAD_ANSWER')
    }
    const advice = `${adviceOnClient(undefined)}; the SSO has to allow the application to introspect tokens`
    throw new ProbeFailure(said, advice, 'SSO_BAD_ANSWER')
  }
  throw new ProbeFailure(
    said,
    'check bearer.introspectionUrl: expected 200 and JSON with active (RFC 7662)',
    'SSO_BAD_ANSWER',
  )
}
