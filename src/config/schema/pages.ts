import { text } from './option-types.ts'
import { section } from './section.ts'

/** Pages of s3proxy itself. */
export const pages = section({
  contact: text(
    'where people ask for access: the address of a page or a mailbox, or text; stands on the page of those who are denied',
  ).optional(),
})
