/** The outcomes of checks of bearer tokens, in the words of log and metrics. */
export const bearerOutcomes = [
  'accepted',
  'refused',
  /** The server that knows the token could not be asked. */
  'unavailable',
] as const

export type BearerOutcome = (typeof bearerOutcomes)[number]
