import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { TestContext } from 'node:test'
import { createIssuer, type Issuer } from '../../../src/issuer/issuer.ts'
import type { IssuerKeysOptions } from '../../../src/issuer/issuer-keys.ts'
import { listenOnLoopback } from '../network/listen-on-loopback.ts'

/** An issuer over HTTP, whose every answer a test may replace. */
export interface TestIssuer {
  url: string
  /** The paths that were asked for. */
  asked: string[]
  /** Members of the discovery document that differ from the usual ones. */
  document: Record<string, unknown>
  keys: object[]
  /** Answers in place of the usual answer, by path. */
  answers: Map<string, (response: ServerResponse, request: IncomingMessage) => void>
  clock: { nowMs: number; elapsedMs: number }
  /** Lets the time pass, on both clocks. */
  pass(ms: number): void
  issuer(options?: Partial<IssuerKeysOptions>): Issuer
}

export const discoveryPath = '/.well-known/openid-configuration'
export const keysPath = '/keys'

export async function startIssuer(t: Pick<TestContext, 'after'>): Promise<TestIssuer> {
  const server = createServer((request, response) => {
    const path = request.url ?? ''
    started.asked.push(path)
    const answer = started.answers.get(path)
    if (answer !== undefined) answer(response, request)
    else if (path === discoveryPath)
      sendJson(response, { issuer: started.url, jwks_uri: started.url + keysPath, ...started.document })
    else if (path === keysPath) sendJson(response, { keys: started.keys })
    else response.writeHead(404).end()
  })
  const { origin } = await listenOnLoopback(server, t)
  const clock = { nowMs: Date.UTC(2026, 0, 1), elapsedMs: 0 }
  const started: TestIssuer = {
    url: origin,
    asked: [],
    document: {},
    keys: [],
    answers: new Map(),
    clock,
    pass(ms) {
      clock.nowMs += ms
      clock.elapsedMs += ms
    },
    issuer: (options) =>
      createIssuer({
        ...{ url: started.url, option: 'sso.issuer', timeoutMs: 2000, userAgent: 's3proxy/test' },
        ...{ now: () => clock.nowMs, elapsedMs: () => clock.elapsedMs },
        ...options,
      }),
  }
  return started
}

export function sendJson(response: ServerResponse, value: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value))
}
