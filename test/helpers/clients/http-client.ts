import { Agent, type IncomingHttpHeaders, request as sendRequest } from 'node:http'
import { request as sendTlsRequest, Agent as TlsAgent } from 'node:https'
import { CookieJar } from './cookie-jar.ts'

export interface HttpAnswer {
  status: number
  headers: IncomingHttpHeaders
  /** Names and values in turn, as they came. */
  rawHeaders: string[]
  body: Buffer
  text: string
  /** Where `follow` ended; the requested one elsewhere. */
  url: string
}

export interface HttpRequest {
  method?: string
  headers?: Record<string, string>
  body?: string
  signal?: AbortSignal
}

/** A client with cookies that sends the path of a URL byte for byte: nothing is normalised, nothing followed. */
export interface HttpClient {
  readonly jar: CookieJar
  /** @param url `http://host:port` or `https://host:port`, and a request target, kept as it is */
  request(url: string, options?: HttpRequest): Promise<HttpAnswer>
  /** Goes where redirects lead, as a browser does: each one with GET, at most 20 of them. */
  follow(url: string, options?: HttpRequest): Promise<HttpAnswer>
  close(): void
}

/** Time without a byte after which a request fails. A test that hung would not say in which request. */
const quietLimitMs = 60_000

/** @param ca the certificate that https is trusted by, beside the public ones */
export function createHttpClient(defaults: Record<string, string> = {}, ca?: Buffer): HttpClient {
  const agent = new Agent({ keepAlive: true })
  const tlsAgent = new TlsAgent({ keepAlive: true, ...(ca === undefined ? {} : { ca }) })
  const jar = new CookieJar()

  function request(url: string, options: HttpRequest = {}): Promise<HttpAnswer> {
    const { isSecure, hostname, port, target } = splitUrl(url)
    const cookie = jar.header(hostname, target)
    const headers = { ...defaults, ...(cookie === '' ? {} : { cookie }), ...options.headers }
    return new Promise((resolve, reject) => {
      const sent = (isSecure ? sendTlsRequest : sendRequest)(
        {
          agent: isSecure ? tlsAgent : agent,
          hostname,
          port,
          path: target,
          method: options.method ?? 'GET',
          headers,
          ...(options.signal === undefined ? {} : { signal: options.signal }),
        },
        (response) => {
          const pieces: Buffer[] = []
          response.on('data', (piece: Buffer) => pieces.push(piece))
          response.on('error', reject)
          response.on('end', () => {
            const body = Buffer.concat(pieces)
            const { statusCode = 0, rawHeaders } = response
            jar.store(hostname, target, response.headers['set-cookie'] ?? [])
            resolve({
              status: statusCode,
              headers: response.headers,
              rawHeaders,
              body,
              text: body.toString(),
              url,
            })
          })
        },
      )
      sent.on('error', reject)
      sent.setTimeout(quietLimitMs, () => {
        sent.destroy(new Error(`${options.method ?? 'GET'} ${url}: nothing came for ${quietLimitMs} ms`))
      })
      sent.end(options.body)
    })
  }

  return {
    jar,
    request,
    async follow(url, options = {}) {
      let answer = await request(url, options)
      for (let hops = 0; answer.status >= 300 && answer.status < 400 && answer.status !== 304; hops++) {
        if (hops === 20) throw new Error(`too many redirects, the last to ${answer.url}`)
        const next = new URL(answer.headers.location ?? '', answer.url).href
        answer = await request(next, options.headers === undefined ? {} : { headers: options.headers })
      }
      return answer
    },
    close() {
      agent.destroy()
      tlsAgent.destroy()
    },
  }
}

function splitUrl(url: string): { isSecure: boolean; hostname: string; port: number; target: string } {
  const match = /^http(s?):\/\/([^/:]+)(?::(\d+))?(.*)$/s.exec(url)
  if (match === null) throw new Error(`not an http URL: ${url}`)
  const isSecure = match[1] === 's'
  const port = Number(match[3] ?? (isSecure ? 443 : 80))
  return { isSecure, hostname: match[2] ?? '', port, target: match[4] || '/' }
}
