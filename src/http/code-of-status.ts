/** The code for an answer whose status is another one than it should be: to ask later may help with the first two. */
export function codeOfStatus(status: number): 'SSO_BUSY' | 'SSO_UNAVAILABLE' | 'SSO_BAD_ANSWER' {
  if (status === 429) return 'SSO_BUSY'
  return status >= 500 ? 'SSO_UNAVAILABLE' : 'SSO_BAD_ANSWER'
}
