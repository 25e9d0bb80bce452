import { withoutTrailingDot } from './trailing-dot.ts'
import { z } from './zod.ts'

/** Text of one shape; the message says which, and never repeats what was given. */
export const shaped = (shape: RegExp, expected: string) => z.string(expected).regex(shape, expected)

/** Text that is left to its parser. */
export const anyText = (expected: string) => z.string(expected)

/** Text of any kind that can be written and read again. */
export const plainText = z
  .string('expected text')
  .min(1, 'expected text that is not empty')
  .refine((value) => value.isWellFormed(), 'expected text that is well-formed Unicode')

/** Text of one shape that `new URL` reads too. */
export const url = (shape: RegExp, expected: string) =>
  shaped(shape, expected).refine((value) => URL.canParse(value), expected)

/** A URL that others are found below. */
export const rootUrl = url(
  /^(?=[!-~]+$)https?:\/\/[^\s/\\?#@]+(?:\/[^\s?#]*)?$/,
  'expected a URL in ASCII without user and query, such as https://sso.example.com/',
).overwrite(withoutTrailingDot)

/** An issuer identifier. It is kept to the byte, because the documents and tokens of the issuer have it so. */
export const issuerUrl = url(
  /^(?=[!-~]+$)https?:\/\/[^\s/\\?#@]+(?:\/[^\s?#]*)?$/,
  'expected an issuer identifier: a URL in ASCII without user, query and fragment, such as https://sso.example.com/realms/staff',
).refine(
  (value) => !/\/\.well-known\//.test(value),
  'expected an issuer identifier: leave out /.well-known/ and what follows it',
)

/** The plain name of a claim, or a JSON Pointer to it (RFC 6901 section 3). */
export const claimPlace = plainText.refine(
  (place) => !place.startsWith('/') || !/~(?![01])/.test(place),
  'expected the name of a claim, or a JSON Pointer such as /realm_access/roles, where ~0 stands for ~ and ~1 for /',
)

/** A secret of any kind. Most secrets that fail have a line break from a file, or a blank that was copied with them. */
export const secret = shaped(/^\S(?:[\s\S]*\S)?$/, 'expected text without spaces or line breaks around it')

/** Text for headers and forms; the message says where the first character of another kind is, and never which. */
export const printable = (shape: RegExp, others: RegExp, expected: string) =>
  z.string(expected).regex(shape, {
    error({ input }) {
      const index = [...String(input)].findIndex((character) => others.test(character))
      return index === -1 ? expected : `${expected}: character ${index + 1} is something else`
    },
  })

/** Text of VSCHAR (RFC 6749 appendix A.1 and A.2), without the line break or blank that is often copied with it. */
export const vschars = printable(
  /^(?! )[\x20-\x7e]+(?<! )$/,
  /[^\x20-\x7e]/,
  'expected printable ASCII without spaces or line breaks around it',
)

/** Text whose parsed value is the value of the option. @param parse returns `undefined` for text that is not as expected */
export const parsed = <Value>(
  schema: z.ZodType<string, string>,
  parse: (text: string) => Value | undefined,
  expected: string,
) =>
  schema.transform((given, context): Value => {
    const value = parse(given)
    if (value !== undefined) return value
    context.addIssue(expected)
    return z.NEVER
  })
