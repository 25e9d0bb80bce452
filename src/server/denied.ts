import { errorReply } from '../http/error-reply.ts'
import { logoutPath } from '../http/own-paths.ts'
import { escapeHtml } from '../http/page.ts'
import type { ProxyRequest } from '../http/proxy-request.ts'
import type { Reply } from '../http/reply.ts'
import type { Person } from '../person/person.ts'
import type { RequestRecord } from '../telemetry/request-record.ts'

/**
 * Answers somebody who is signed in and may not have what they asked for. The answer is the same whether the object exists
 * or not, because nobody has looked.
 *
 * @param contact `pages.contact`: the address of a page or a mailbox, or text
 */
export function deniedReply(
  request: ProxyRequest,
  record: RequestRecord,
  person: Person | undefined,
  contact: string | undefined,
): Reply {
  const account = person?.name ?? person?.email ?? person?.id
  const what = `You are signed in${account === undefined ? '' : ` as ${account}`}, and this account may not see this.`
  const more = contact && `To ask for access: ${contact}`
  const ask = contact === undefined ? '' : `<p>To ask for access: ${contactHtml(contact)}</p>\n`
  const html = `${ask}<p><a href="${logoutPath}" rel="noreferrer">Sign in as somebody else</a></p>\n`
  return errorReply('ACCESS_DENIED', request, record, { what, html, more })
}

/** Makes a link of the address of a page or a mailbox, and leaves any other text as it is. */
function contactHtml(contact: string): string {
  const text = escapeHtml(contact)
  if (/^https?:\/\/\S+$/i.test(contact)) return `<a href="${text}">${text}</a>`
  const address = /^(?:mailto:)?([^\s@:/?]+@[^\s@:/?]+)$/i.exec(contact)?.[1]
  if (address === undefined) return text
  return `<a href="mailto:${escapeHtml(encodeURI(address))}">${escapeHtml(address)}</a>`
}
