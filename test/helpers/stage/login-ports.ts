import { randomUUID } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import type { ProxyRequest, RequestHeader } from '../../../src/http/proxy-request.ts'
import type { Reply } from '../../../src/http/reply.ts'
import type { SessionKeeperOptions } from '../../../src/identity/keep-session.ts'
import { personWithId } from '../../../src/person/person.ts'
import { createRenewalLeases } from '../../../src/session/renewal-leases.ts'
import { createSessionIndex } from '../../../src/session/session-index.ts'
import { createSessions } from '../../../src/session/sessions.ts'
import type { LoginOptions } from '../../../src/sso/begin-login.ts'
import { createOAuth2Sso } from '../../../src/sso/oauth2-sso.ts'
import { createPendingLogins } from '../../../src/sso/pending-logins.ts'
import { createRefusedTokens } from '../../../src/sso/refused-tokens.ts'
import type { CallRecord, Identified, Refreshed, SsoCalls } from '../../../src/sso/sso-calls.ts'
import type { SsoClient } from '../../../src/sso/sso-client.ts'
import { createMemoryStore } from '../../../src/store/memory-store.ts'
import { headerIn } from '../clients/header-in.ts'

/** A person who signs in. */
export const jo = personWithId('jo')

export const site = { origin: 'https://assets.example.com', isSecure: true }

/** An SSO that accepts every code, and counts its calls. */
export interface FakeSso extends SsoClient, SsoCalls {
  asked: string[]
  answer: Identified
  refreshed: Refreshed
  fail: Error | undefined
}

export function createFakeSso(): FakeSso {
  const { finish, check, renew } = createOAuth2Sso(
    {
      exchangeCode: (login) => sso.exchangeCode(login),
      refresh: (refreshToken) => sso.refresh(refreshToken),
      identify: (...asked) => sso.identify(...asked),
    },
    { endpoints: { authorize: 'https://sso.example.com/', logout: undefined }, clientId: 'c', scope: 'read' },
  )
  const sso: FakeSso = {
    finish,
    check,
    renew,
    end: async () => undefined,
    asked: [],
    answer: { kind: 'known', person: jo },
    refreshed: { kind: 'rejected' },
    fail: undefined,
    begin: ({ state }) => `https://sso.example.com/?state=${state}`,
    async exchangeCode({ code, redirectUri }) {
      sso.asked.push(`exchange ${code} ${redirectUri}`)
      return { accessToken: `token-for-${code}` }
    },
    async refresh(refreshToken) {
      sso.asked.push(`refresh ${refreshToken}`)
      return sso.refreshed
    },
    async identify(accessToken) {
      sso.asked.push(`identify ${accessToken}`)
      if (sso.fail !== undefined) throw sso.fail
      return sso.answer
    },
  }
  return sso
}

/** Creates everything that logins need in memory, with a clock that stands still. */
export function createLoginPorts() {
  const clock = { now: 1_700_000_000_000 }
  const now = () => clock.now
  const store = createMemoryStore(now)
  const cookie = { name: 's', sameSite: 'lax' as const }
  const sessionIndex = createSessionIndex(store, 'd')
  const sessions = createSessions({
    store,
    index: sessionIndex,
    cookie,
    maxAgeSeconds: 3600,
    deployment: 'd',
    now,
    elapsedMs: now,
  })
  const sso = createFakeSso()
  let waited = 0
  const options = {
    ...{
      sessions,
      sso,
      now,
      elapsedMs: now,
      pending: createPendingLogins(store, 'd', now),
      refusedTokens: createRefusedTokens(store),
      leases: createRenewalLeases({ store, leaseMs: 10_000, newOwner: randomUUID }),
      cookie: { ...cookie, name: 's_login' },
    },
    async waitForOtherTabs() {
      waited++
    },
    /** Lasts no time. */
    pause: (_ms: number) => setImmediate(),
  } satisfies LoginOptions & Pick<SessionKeeperOptions, 'leases' | 'pause'>
  return { options, store, sso, clock, waitedTimes: () => waited }
}

/** A record of a request that nobody reads. */
export const noRecord: CallRecord = { timed: (_, work) => work }

export function request(
  target: string,
  headers: { [name in RequestHeader]?: string } = {},
  method = 'GET',
): ProxyRequest {
  const [path = '', query] = target.split(/(?=\?)/)
  return {
    ...{ method, path, query: query ?? '', host: 'assets.example.com' },
    header: (name) => headers[name],
    signal: new AbortController().signal,
  }
}

/** The pairs of a reply's `set-cookie` headers, as a browser sends them back. */
export function cookiesOf(reply: Reply): string {
  const values = reply.headers.filter((_, index) => reply.headers[index - 1] === 'set-cookie')
  return values.map((value) => value.split(';')[0]).join('; ')
}

export function locationIn(reply: Reply): string {
  return headerIn(reply.headers, 'location') ?? ''
}
