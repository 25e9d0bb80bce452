import { shaped, url } from './option-types.ts'
import { withoutTrailingDot } from './trailing-dot.ts'

/** A URL that others are found below. */
export const rootUrl = url(
  /^(?=[!-~]+$)https?:\/\/[^\s/\\?#@]+(?:\/[^\s?#]*)?$/,
  'expected a URL in ASCII without user and query, such as https://sso.example.com/',
).overwrite(withoutTrailingDot)

/** A line break from a file or a copied blank is what makes most secrets fail. */
export const secret = shaped(/^\S(?:[\s\S]*\S)?$/, 'expected text without spaces or line breaks around it')
