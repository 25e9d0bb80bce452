import type { ServerResponse } from 'node:http'

/** A fault in the place of an answer, or in it. */
export type SsoFault =
  /** Another status; JSON `{"error": …}` unless there is a body. */
  | { status: number; error?: string; body?: string; type?: string; headers?: Record<string, string> }
  /** A page, as a router in front of the SSO would send it. */
  | { html: number }
  /** JSON that ends in the middle, complete as far as HTTP goes. */
  | { truncated: true }
  /** Fewer bytes than promised, then FIN. */
  | { cutBody: true }
  /** JSON of that size. */
  | { hugeBytes: number }
  /** A body that never ends, in pieces, each `everyMs`. */
  | { dripEveryMs: number }
  | { stall: 'before-head' | 'in-body' }
  /** The right answer, late; or of it, late, nothing but the head. */
  | { delayMs: number; thenStall?: boolean }
  | { redirect: string }
  | { reset: true }
  /** `token` only: the work is done, as spending a refresh token, and RST comes in place of the answer. */
  | { lost: true }
  /** This text instead of HTTP, then FIN. */
  | { raw: string }
  /** This JSON with 200. */
  | { json: unknown }
  /** `authorize` only: back to the client with an error instead of a code. */
  | { deny: string; description?: string }
  /** `authorize` only: more parameters beside code and state. */
  | { extra: Record<string, string> }

/**
 * Does what a fault says.
 *
 * @param whole the body of the right answer
 * @returns whether the right answer is still to be sent
 */
export async function commitFault(
  fault: SsoFault | undefined,
  response: ServerResponse,
  whole: string,
): Promise<boolean> {
  if (fault === undefined || 'deny' in fault || 'extra' in fault) return true
  if ('delayMs' in fault) {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, fault.delayMs)
      response.once('close', () => {
        clearTimeout(timer)
        resolve()
      })
    })
    if (fault.thenStall !== true) return !response.destroyed
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': whole.length })
    response.flushHeaders()
    return false
  }
  const send = (status: number, type: string, body: string, headers: Record<string, string> = {}) => {
    response.writeHead(status, {
      'content-type': type,
      'content-length': Buffer.byteLength(body),
      ...headers,
    })
    response.end(body)
  }
  const json = 'application/json'
  if ('status' in fault) {
    const body = fault.body ?? JSON.stringify({ error: fault.error ?? 'server_error' })
    send(fault.status, fault.type ?? json, body, fault.headers)
  } else if ('html' in fault) {
    send(fault.html, 'text/html; charset=utf-8', `<h1>${fault.html}</h1><p>stand-in-page-text</p>`)
  } else if ('truncated' in fault) {
    send(200, json, whole.slice(0, -2))
  } else if ('cutBody' in fault) {
    response.writeHead(200, { 'content-type': json, 'content-length': whole.length + 10 })
    response.write(whole, () => response.socket?.end())
  } else if ('hugeBytes' in fault) {
    send(200, json, `{"access_token": "${'x'.repeat(fault.hugeBytes)}"}`)
  } else if ('dripEveryMs' in fault) {
    response.writeHead(200, { 'content-type': json })
    const timer = setInterval(() => response.write(' '), fault.dripEveryMs)
    response.once('close', () => clearInterval(timer))
  } else if ('stall' in fault) {
    if (fault.stall === 'in-body') {
      response.writeHead(200, { 'content-type': json, 'content-length': whole.length })
      response.write(whole.slice(0, 5))
    }
  } else if ('redirect' in fault) {
    send(302, 'text/html', '', { location: fault.redirect })
  } else if ('reset' in fault || 'lost' in fault) {
    response.socket?.resetAndDestroy()
  } else if ('raw' in fault) {
    response.socket?.end(fault.raw)
  } else if ('json' in fault) {
    send(200, json, JSON.stringify(fault.json))
  } else fault satisfies never
  return false
}
