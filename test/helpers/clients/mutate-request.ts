import type { Random } from '../random.ts'

/** Requests to begin with: right ones, odd ones, and such as nobody should send. */
export const requestSeeds = [
  'GET /health HTTP/1.1\r\nhost: a.test\r\n\r\n',
  'HEAD /health?x=%00 HTTP/1.1\r\nHost: a.test:80\r\nrange: bytes=0-1\r\nif-range: "a"\r\n\r\n',
  'GET /a/b%20c/%F0%9F%98%80?d#e HTTP/1.1\r\nhost: a.test\r\naccept: text/html\r\ncookie: s3proxy_session=x; a=b\r\n\r\n',
  'GET http://a.test/x HTTP/1.1\r\nhost: b.test\r\nsec-fetch-mode: cors\r\n\r\n',
  'POST /__s3proxy/logout HTTP/1.1\r\nhost: a.test\r\norigin: http://a.test\r\ncontent-length: 3\r\n\r\nabc',
  'GET /health HTTP/1.1\r\nhost: a.test\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n',
  'GET /__redirect_from_sso?code=c&state=s HTTP/1.1\r\nhost: a.test\r\nx-forwarded-proto: https\r\n\r\n',
  'OPTIONS * HTTP/1.1\r\nhost: a.test\r\n\r\nGET /health HTTP/1.0\r\nconnection: keep-alive\r\n\r\n',
  'CONNECT a.test:443 HTTP/1.1\r\nhost: a.test\r\n\r\n',
  'PUT /health HTTP/1.1\r\nhost: a.test\r\nexpect: 100-continue\r\ncontent-length: 9\r\nupgrade: h2c\r\n\r\n',
] as const

const pieces = [
  ...['\r\n', '\n', '\r', '\0', ' ', '\t', ':', ',', ';', '%', '%00', '%2f', '%2e%2e', '..', '\\', '//'],
  ...['?', '#', '@', '[::1]', '\xff', '\xc0\xaf', '"', '=', '0', '-1', '99999999999999999999', 'HTTP/1.1'],
  ...[
    'host: evil.test\r\n',
    'content-length: 5\r\n',
    'transfer-encoding: chunked\r\n',
    'connection: close\r\n',
  ],
  ...['range: bytes=0-0,2-3\r\n', 'if-match: *\r\n', 'cookie: __proto__=1\r\n', 'A'.repeat(300)],
]

/** One of the seeds, changed in one to four places. */
export function mutateRequest(random: Random): string {
  let text: string = random.pick(requestSeeds)
  const changes = 1 + random.below(4)
  for (let change = 0; change < changes; change++) {
    const at = random.below(text.length + 1)
    const kind = random.next()
    if (kind < 0.5) text = text.slice(0, at) + random.pick(pieces) + text.slice(at)
    else if (kind < 0.7) text = text.slice(0, at) + text.slice(at + 1 + random.below(8))
    else if (kind < 0.85)
      text = text.slice(0, at) + String.fromCharCode(random.below(256)) + text.slice(at + 1)
    else if (kind < 0.95) text += random.pick(requestSeeds)
    else text = text.slice(0, at)
  }
  return text
}
