import { startServerProgram } from '../machine/server-program.ts'
import { findFreePort } from '../network/free-port.ts'
import { keycloakRealm } from './keycloak/realm.ts'

/** Keycloak with the realm `staff`, whose people `ada` and `bob` have the password `any`. */
export interface Keycloak {
  /** For `sso.issuer`. */
  readonly issuer: string
  readonly clientId: string
  readonly clientSecret: string
  /** For terminals. */
  readonly publicClientId: string
  /** For `sso.scope`. */
  readonly scope: string
  /** Registers the addresses of a proxy at the confidential client. */
  register(origin: string): Promise<void>
  /** Calls the admin API, below the realm. @returns the JSON of the answer; `undefined` where there is none */
  admin(method: string, path: string, body?: unknown): Promise<unknown>
  close(): Promise<void>
}

/** The program `kc.sh` of a Keycloak, as `KEYCLOAK` names it. */
export function findKeycloak(): string | undefined {
  const named = process.env.KEYCLOAK
  return named === '' ? undefined : named
}

/** Starts Keycloak in development mode, with a database in memory. */
export async function startKeycloak(program: string): Promise<Keycloak> {
  const [clientId, clientSecret, publicClientId] = ['assets', 'secret-of-the-application', 'terminal']
  const [origin, password] = [`http://127.0.0.1:${await findFreePort()}`, 'password-of-the-administrator']
  const own = ['--db=dev-mem', '--http-host=127.0.0.1', `--http-port=${new URL(origin).port}`]
  const server = await startServerProgram('bash', [program, 'start-dev', ...own], {
    env: { KC_BOOTSTRAP_ADMIN_USERNAME: 'admin', KC_BOOTSTRAP_ADMIN_PASSWORD: password },
    isReady: /Listening on: http/,
  })

  async function call(method: string, path: string, body?: unknown): Promise<unknown> {
    const form = { grant_type: 'password', client_id: 'admin-cli', username: 'admin', password }
    const tokens = await fetch(`${origin}/realms/master/protocol/openid-connect/token`, {
      method: 'POST',
      body: new URLSearchParams(form),
    })
    const { access_token } = (await tokens.json()) as { access_token: string }
    const answer = await fetch(`${origin}/admin/realms${path}`, {
      method,
      headers: { authorization: `Bearer ${access_token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await answer.text()
    if (!answer.ok) throw new Error(`${method} ${path} was answered with ${answer.status}: ${text}`)
    return text === '' ? undefined : JSON.parse(text)
  }

  const admin: Keycloak['admin'] = (method, path, body) => call(method, `/staff${path}`, body)
  try {
    await call('POST', '', keycloakRealm(clientId, clientSecret, publicClientId))
  } catch (error) {
    await server.close()
    throw error
  }
  return {
    ...{ issuer: `${origin}/realms/staff`, clientId, clientSecret, publicClientId, admin },
    ...{ scope: 'openid profile email', close: () => server.close() },
    async register(proxy) {
      const [client] = (await admin('GET', `/clients?clientId=${clientId}`)) as [
        { id: string; attributes: Record<string, string> },
      ]
      await admin('PUT', `/clients/${client.id}`, {
        ...client,
        redirectUris: [`${proxy}/__redirect_from_sso`],
        attributes: {
          ...client.attributes,
          'post.logout.redirect.uris': `${proxy}/__s3proxy/*`,
          'backchannel.logout.url': `${proxy}/__s3proxy/backchannel-logout`,
          'backchannel.logout.session.required': 'true',
        },
      })
    },
  }
}
