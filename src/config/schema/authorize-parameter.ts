import { plainText } from './text-shapes.ts'

/** Parameters of the authorize address that logins set, or that would lead the SSO's answer past the callback. */
const ownParameters = [
  'client_id',
  'code_challenge',
  'code_challenge_method',
  'nonce',
  'redirect_uri',
  'response_mode',
  'response_type',
  'scope',
  'state',
]

export const expectedParameters =
  'expected names and values such as prompt=login, separated by commas in the environment, and as a list in the file'

/** A parameter for the authorize address, as `name=value`. The value is plain text. @see RFC 6749 section 8.2 */
export const authorizeParameter = plainText.superRefine((parameter, context) => {
  const name = /^([\w.-]+)=\P{Cc}*$/u.exec(parameter)?.[1]
  if (name === undefined) context.addIssue(expectedParameters)
  else if (ownParameters.includes(name)) context.addIssue(`expected no parameter ${name}: logins set it`)
})

/** @returns the first parameter in the query of an address that logins set; `undefined` where there is none */
export function ownParameterIn(address: string): string | undefined {
  const [, query = ''] = address.split('?')
  const names = [...new URLSearchParams(query).keys()]
  return names.find((name) => ownParameters.includes(name))
}
