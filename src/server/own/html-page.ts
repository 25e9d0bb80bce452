import { noStore } from '../../http/error-reply.ts'
import { pageHeaders, renderPage } from '../../http/page.ts'
import type { Reply } from '../../http/reply.ts'

/** A page of our own that is answered with 200 and kept by no cache. @param body HTML; the caller has escaped its texts */
export function htmlPage(title: string, body: string): Reply {
  return { status: 200, headers: [...noStore, ...pageHeaders], body: renderPage(title, body) }
}
