import { type ClientRequest, type IncomingMessage, request as overHttp } from 'node:http'
import { request as overHttps } from 'node:https'
import { networkReason } from '../../../errors.ts'
import { ProxyFailure } from './proxy-failure.ts'

/** One question to a server. */
export interface Question {
  method: 'GET' | 'HEAD'
  origin: string
  /** Path and query, sent byte for byte. */
  path: string
  headers: Readonly<Record<string, string>>
  signal: AbortSignal
}

/** Asks a server, and resolves with the head of its answer. Redirects are not followed. */
export type ProxyClient = (question: Question) => Promise<IncomingMessage>

/**
 * Creates the client that speaks to the proxy.
 *
 * @param silenceMs the longest wait for the head
 * @returns a function that throws ProxyFailure where there is no answer, and the reason of the signal
 */
export function createProxyClient(userAgent: string, silenceMs: number): ProxyClient {
  return ({ method, origin, path, headers, signal }) =>
    new Promise((resolve, reject) => {
      const { protocol, hostname, port } = new URL(origin)
      const send = protocol === 'https:' ? overHttps : overHttp
      const fail = (reason: string) => reject(new ProxyFailure(`${origin} cannot be asked: ${reason}`, true))
      let request: ClientRequest
      try {
        request = send({
          ...{ method, path, port, agent: false },
          hostname: hostname.replace(/^\[|\]$/g, ''),
          headers: { 'user-agent': userAgent, ...headers, connection: 'close' },
        })
      } catch (error) {
        fail(networkReason(error))
        return
      }
      const timer = setTimeout(() => {
        fail(`no answer within ${silenceMs} ms`)
        request.destroy()
      }, silenceMs)
      const stop = () => {
        reject(signal.reason)
        request.destroy()
      }
      const settle = () => {
        clearTimeout(timer)
        signal.removeEventListener('abort', stop)
      }
      signal.addEventListener('abort', stop, { once: true })
      request.on('close', settle)
      request.on('error', (error: NodeJS.ErrnoException) => {
        settle()
        const reason = networkReason(error)
        if (!isDistrust(error)) fail(reason)
        else reject(new ProxyFailure(`${origin} cannot be trusted: ${reason}; ${cure}`, false))
      })
      request.on('response', (answer) => {
        settle()
        // The reader of the body gets the error; without a listener the event would end the process.
        answer.on('error', () => {})
        resolve(answer)
      })
      request.end()
      if (signal.aborted) stop()
    })
}

const cure = 'NODE_EXTRA_CA_CERTS names a file with the certificates of further authorities'

/** Tells whether the certificate of the server is the reason, which another attempt does not change. */
function isDistrust({ code = '' }: NodeJS.ErrnoException): boolean {
  return /CERT|VERIFY|ALTNAME/.test(code)
}
