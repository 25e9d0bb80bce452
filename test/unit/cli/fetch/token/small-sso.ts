import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import type { TestContext } from 'node:test'
import type { SsoOptions, Wanted } from '../../../../../src/cli/fetch/token/sign-in-options.ts'
import { listenOnLoopback } from '../../../../helpers/network/listen-on-loopback.ts'

/** One request to the SSO. */
export interface Call {
  path: string
  form: URLSearchParams
  response: ServerResponse
}

export interface SmallSso {
  readonly issuer: string
  readonly wanted: Wanted
  /** Every request so far, the discovery aside. */
  readonly calls: Call[]
  /** Lines that the person was shown. */
  readonly told: string[]
  /** Pauses between questions, in milliseconds. */
  readonly pauses: number[]
  readonly options: SsoOptions
}

/** An SSO that answers as a test says. Pauses pass at once, and move the clock. */
export async function startSmallSso(
  t: Pick<TestContext, 'after'>,
  answer: (call: Call, ordinal: number) => void,
  discovery: (issuer: string) => object | ((response: ServerResponse) => void) = usualDiscovery,
): Promise<SmallSso> {
  const [calls, told, pauses]: [Call[], string[], number[]] = [[], [], []]
  const server = createServer((request, response) => void serve(request, response))
  const { origin: issuer } = await listenOnLoopback(server, t)
  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request)
    const path = request.url ?? ''
    if (path.startsWith('/.well-known/')) {
      const document = discovery(issuer)
      if (typeof document === 'function') document(response)
      else json(response, 200, document)
      return
    }
    const call = { path, form: new URLSearchParams(body), response }
    calls.push(call)
    answer(call, calls.length)
  }
  let nowMs = 1_000_000
  const options: SsoOptions = {
    ...{ userAgent: 's3proxy/test', allowsLoopback: true, timeoutMs: 2000 },
    signal: new AbortController().signal,
    async wait(ms, signal) {
      signal.throwIfAborted()
      pauses.push(ms)
      nowMs += ms
    },
    now: () => nowMs,
    report: (text) => told.push(text),
  }
  const wanted = { origin: 'http://127.0.0.1:1', issuer, clientId: 'terminal', scope: 'openid' }
  return { issuer, wanted, calls, told, pauses, options }
}

export function usualDiscovery(issuer: string) {
  return {
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    device_authorization_endpoint: `${issuer}/device`,
    revocation_endpoint: `${issuer}/revoke`,
    jwks_uri: `${issuer}/keys`,
  }
}

export function json(response: ServerResponse, status: number, value: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))
}
