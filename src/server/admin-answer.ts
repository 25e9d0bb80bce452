import type { OutgoingHttpHeaders } from 'node:http'

/** An answer of the admin port. */
export interface AdminAnswer {
  status: number
  contentType: string
  text: string
  headers?: OutgoingHttpHeaders
}
