import { ProbeFailure } from './probe.ts'

/** Makes the failure of a step that the SSO has answered with 429. @param said the question and its answer */
export function ssoBusy(said: string): ProbeFailure {
  return new ProbeFailure(said, 'the SSO is asked too often: try again later', 'SSO_BUSY')
}
