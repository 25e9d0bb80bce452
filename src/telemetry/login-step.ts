/**
 * Every step of a login, in the words of log, metrics and traces.
 *
 * `started` and `restarted` lead to the SSO, the others answer a browser that comes back from there. After a token that
 * the SSO refused, `restarted` leads there by way of the page that was wanted.
 */
export const loginSteps = [
  'started',
  'restarted',
  'finished',
  'repeated',
  'expired',
  'denied',
  'failed',
] as const

export type LoginStep = (typeof loginSteps)[number]
