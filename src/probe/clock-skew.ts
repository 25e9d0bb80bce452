import { type Finding, ProbeFailure } from './probe.ts'

/** The difference between the clock of S3 and the one of this machine. */
export interface ClockSkew {
  /** Notes the `date` of an answer of S3. */
  note(date: string | undefined): void
  /** @throws ProbeFailure where S3 refuses signatures by this clock, or no answer had a date */
  judge(): Finding
}

const warningMs = 60_000
/** The largest difference that S3 accepts. */
const limitMs = 15 * 60_000

/** Measures the difference by the last date that S3 has sent. @param now milliseconds since 1970 */
export function createClockSkew(now: () => number): ClockSkew {
  let skewMs: number | undefined
  return {
    note(date) {
      const there = Date.parse(date ?? '')
      if (!Number.isNaN(there)) skewMs = now() - there
    },
    judge() {
      if (skewMs === undefined)
        throw new ProbeFailure(
          'the answers of S3 have no date header',
          'check s3.endpoint (AWS_S3_ENDPOINT)',
          'S3_BAD_ANSWER',
        )
      const seconds = Math.round(Math.abs(skewMs) / 1000)
      const message = `this clock is ${seconds} s ${skewMs < 0 ? 'behind' : 'ahead of'} that of S3`
      if (Math.abs(skewMs) >= limitMs)
        throw new ProbeFailure(
          message,
          'set the clock: S3 refuses signatures that are more than 15 minutes off',
          'S3_CREDENTIALS',
        )
      return {
        message,
        ...(Math.abs(skewMs) >= warningMs
          ? { advice: 'set the clock: S3 accepts a difference of 15 minutes at most' }
          : {}),
      }
    },
  }
}
