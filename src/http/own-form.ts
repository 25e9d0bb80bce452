import { leavingPageHeaders, pageHeaders, renderPage } from './page.ts'
import type { ProxyRequest } from './proxy-request.ts'
import type { Reply } from './reply.ts'

/** A page with a form that only this site may send. @param body HTML; the caller has escaped its texts */
export function formPage(status: number, title: string, body: string): Reply {
  return { status, headers: [...formHeaders, ...pageHeaders], body: renderPage(title, body) }
}

/** A page with a form whose answer may lead to another site. @param body HTML; the caller has escaped its texts */
export function leavingFormPage(title: string, body: string): Reply {
  return { status: 200, headers: [...formHeaders, ...leavingPageHeaders], body: renderPage(title, body) }
}

/** Tells whether a POST came from a page of this very origin. @param origin that of this site */
export function isOwnForm(request: ProxyRequest, origin: string): boolean {
  return request.header('origin') === origin || request.header('sec-fetch-site') === 'same-origin'
}

/** Headers of a page with a form: with `no-referrer`, browsers would send the form with `origin: null`. */
const formHeaders = ['cache-control', 'no-store', 'referrer-policy', 'same-origin']
