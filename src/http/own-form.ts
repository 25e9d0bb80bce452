import { pageHeaders, renderPage } from './page.ts'
import type { ProxyRequest } from './proxy-request.ts'
import type { Reply } from './reply.ts'

/** A page with a form that only this site may send. @param body HTML, whose texts the caller has escaped */
export function formPage(status: number, title: string, body: string): Reply {
  return { status, headers: [...ownPage, ...pageHeaders], body: renderPage(title, body) }
}

/** Whether a POST came from a page of this very origin: a neighbouring host has another one. @param origin ours */
export function isOwnForm(request: ProxyRequest, origin: string): boolean {
  return request.header('origin') === origin || request.header('sec-fetch-site') === 'same-origin'
}

/** With `no-referrer`, browsers would send the form with `origin: null`. */
const ownPage = ['cache-control', 'no-store', 'referrer-policy', 'same-origin']
