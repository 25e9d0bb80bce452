import type { ClockSkewOptions } from './clock-skew.ts'

/** Differences that S3 accepts between its clock and the one of this machine. */
export const s3Clock: Omit<ClockSkewOptions, 'now'> = {
  peer: 'S3',
  limitMs: 15 * 60_000,
  warningMs: 60_000,
  because: 'S3 refuses signatures that are more than 15 minutes off',
  codes: { wrong: 'S3_CREDENTIALS', missing: 'S3_BAD_ANSWER' },
  checkAddress: 'check s3.endpoint (AWS_S3_ENDPOINT)',
}
