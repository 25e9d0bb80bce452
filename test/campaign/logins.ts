import type { OidcStandIn } from '../helpers/sso/oidc-stand-in/oidc-stand-in-types.ts'
import type { SsoStandIn } from '../helpers/sso/stand-in/sso-stand-in-types.ts'
import { createRawClient } from './raw-client.ts'

/** An SSO as the browsers of visitors meet it. */
export interface Logins {
  /** The beginning of the address where people sign in. */
  readonly url: string
  /** The life of the tokens that are given from now on. */
  tokenSeconds: number
  /** Asks that address with the browser of a person. @param location where the proxy has sent it */
  authorize(person: string, location: string): Promise<LoginAtSso>
}

export interface LoginAtSso {
  /** The target of the callback; `undefined` where the SSO did not lead there. */
  callback: string | undefined
  /** The session at the SSO, where it names one. */
  sid: string | undefined
}

export function loginsAtOauth(sso: SsoStandIn): Logins {
  return {
    url: sso.url,
    get tokenSeconds() {
      return sso.expiresInSeconds
    },
    set tokenSeconds(seconds) {
      sso.expiresInSeconds = seconds
    },
    async authorize(person, location) {
      const callback = await followTo(sso.port, location, { cookie: `person=${person}` })
      return { callback, sid: undefined }
    },
  }
}

/** Each login begins a session of its own at the provider. */
export function loginsAtOpenid(openid: OidcStandIn): Logins {
  let turn: Promise<unknown> = Promise.resolve()
  let count = 0
  return {
    url: `${openid.issuer}/`,
    get tokenSeconds() {
      return openid.behaviour.accessTokenSeconds
    },
    set tokenSeconds(seconds) {
      openid.behave({ accessTokenSeconds: seconds })
    },
    authorize(person, location) {
      // The stand-in knows one person at a time.
      const next = turn.then(async () => {
        const sid = `${person}/${++count}`
        openid.behave({ subject: person, sid })
        return { callback: await followTo(openid.port, location, {}), sid }
      })
      turn = next.catch(() => {})
      return next
    },
  }
}

async function followTo(
  port: number,
  location: string,
  headers: Record<string, string>,
): Promise<string | undefined> {
  const client = createRawClient(port)
  const { pathname, search } = new URL(location)
  const answer = await client.ask({ method: 'GET', target: pathname + search, headers }, { isLast: true })
  client.close()
  return /^http:\/\/[^/]+(\/.*)$/.exec(answer.headers.get('location') ?? '')?.[1]
}
