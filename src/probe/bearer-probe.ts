import type { IntrospectionEndpoint } from '../bearer/introspect.ts'
import type { Issuer } from '../issuer/issuer.ts'
import { askSso, type SsoQuestion } from './ask-sso.ts'
import { probeDiscovery } from './discovery-probe.ts'
import { probeIntrospection } from './introspection-probe.ts'
import { judgeKeySet } from './keys-probe.ts'
import { madeUpToken } from './made-up-token.ts'
import { type Finding, ProbeFailure, type ProbeStep } from './probe.ts'
import { peerOf, reach } from './reach.ts'
import { ssoBusy } from './sso-busy.ts'
import { type TokenTrialOptions, tryToken } from './token-trial.ts'

export interface BearerProbeOptions {
  /** The way in which tokens are checked, with what it asks. */
  way:
    | { kind: 'jwt'; issuer: Issuer /** Whether the SSO of logins is another one. */; isOther: boolean }
    | { kind: 'introspection'; endpoint(): Promise<IntrospectionEndpoint> }
    | { kind: 'identity'; endpoint(): Promise<string | undefined> }
  /** The token to try; `undefined` where none is given. */
  token: string | undefined
  trial: TokenTrialOptions
  userAgent: string
  timeoutMs: number
}

const offer = 'to try an access token, put it into S3PROXY_TOKEN'

/** The steps that try what programs with a token need. A token itself can be tried where one is given. */
export function bearerSteps(options: BearerProbeOptions): ProbeStep[] {
  const { token, timeoutMs } = options
  const offered = ({ message, ...others }: Finding): Finding => ({
    ...others,
    message: token === undefined ? `${message}; ${offer}` : message,
  })
  const steps = stepsOf(options, offered)
  return token === undefined
    ? steps
    : // The check may ask twice: for the document and for the keys.
      [
        ...steps,
        { name: 'bearer.token', timeoutMs: 2 * timeoutMs, run: () => tryToken(token, options.trial) },
      ]
}

function stepsOf(
  { way, userAgent, timeoutMs }: BearerProbeOptions,
  offered: (finding: Finding) => Finding,
): ProbeStep[] {
  const askAt = (option: string) => (url: string, question: SsoQuestion) =>
    askSso(url, { userAgent, checkAddress: `check ${option}` }, question)
  switch (way.kind) {
    case 'jwt': {
      const option = way.isOther ? 'bearer.issuer' : 'sso.issuer'
      const keys = async (signal: AbortSignal) => {
        const { jwks_uri: url = '' } = await way.issuer.metadata()
        return offered(judgeKeySet(await askAt(option)(url, { signal }), option))
      }
      return [
        ...(way.isOther ? stepsOfIssuer(way.issuer, timeoutMs) : []),
        { name: 'bearer.keys', timeoutMs, run: keys },
      ]
    }
    case 'introspection': {
      const ask = askAt('bearer.introspectionUrl')
      const run = async (signal: AbortSignal) =>
        offered(await probeIntrospection(await way.endpoint(), ask, signal))
      return [{ name: 'bearer.introspection', timeoutMs, run }]
    }
    case 'identity': {
      const ask = askAt('sso.issuer and sso.identityUrl')
      const run = async (signal: AbortSignal) => {
        const url = await way.endpoint()
        if (url === undefined)
          throw new ProbeFailure(
            'the SSO has no userinfo endpoint, so no token is accepted',
            'set bearer.accept to jwt or introspection',
            'SSO_BAD_ANSWER',
          )
        const headers = { authorization: `Bearer ${madeUpToken}` }
        return offered(judgeIdentity(await ask(url, { signal, headers })))
      }
      return [{ name: 'bearer.identity', timeoutMs, run }]
    }
  }
}

function stepsOfIssuer(issuer: Issuer, timeoutMs: number): ProbeStep[] {
  const option = 'bearer.issuer'
  return [
    {
      name: 'bearer.connect',
      timeoutMs,
      isVital: true,
      run: (signal) => reach(peerOf(issuer.address), option, signal),
    },
    {
      name: 'bearer.discovery',
      timeoutMs,
      isVital: true,
      run: () => probeDiscovery({ issuer, needed: ['jwks_uri'], option }),
    },
  ]
}

function judgeIdentity({ status }: { status: number }): Finding {
  const said = `a token that nobody gave was answered ${status}`
  if (status === 401 || status === 403) return { message: `${said}, as it should` }
  if (status === 429) throw ssoBusy(said)
  const advice =
    status === 200
      ? 'do not use bearer.accept identity: this endpoint takes every token for valid'
      : 'expected 401, or tokens that are refused look like a failure of the SSO'
  throw new ProbeFailure(said, advice, 'SSO_BAD_ANSWER')
}
