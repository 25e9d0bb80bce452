/** Every kind of request, in the words of log, metrics and traces. */
export const routeKinds = [
  'object',
  'healthcheck',
  'login',
  'callback',
  'logout',
  'signed-out',
  'backchannel-logout',
  'me',
  'continue',
  'resource-metadata',
  'livez',
  'readyz',
  /** The empty key: no object has it. */
  'root',
  /** A path where no mount stands. */
  'unmounted',
  /** A name that no object can have. */
  'nothing',
  /** A request that no path can be read from. */
  'invalid',
  /** Bytes that are no request. */
  'malformed',
  /** A request whose connection ended before its turn came. */
  'dropped',
] as const

export type RouteKind = (typeof routeKinds)[number]
