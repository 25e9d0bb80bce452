import type { ErrorCode } from '../errors.ts'
import { type Finding, ProbeFailure } from './probe.ts'

/** The difference between the clock of a server and the one of this machine. */
export interface ClockSkew {
  /** Notes the `date` of an answer of the server. */
  note(date: string | undefined): void
  /** @throws ProbeFailure where the difference is larger than the limit, or no answer had a date */
  judge(): Finding
}

export interface ClockSkewOptions {
  /** The name of the server, as in `S3`. */
  peer: string
  /** The largest difference that still works. */
  limitMs: number
  /** Smaller differences are worth no advice. */
  warningMs: number
  /** The end of the advice `set the clock: …`. */
  because: string
  /** Codes for a clock that is wrong, and for answers without a date. */
  codes: { wrong: ErrorCode; missing: ErrorCode }
  /** The advice where no answer has a date. */
  checkAddress: string
  /** Milliseconds since 1970. */
  now(): number
}

/** Measures the difference by the last date that the server has sent. */
export function createClockSkew({ peer, now, ...options }: ClockSkewOptions): ClockSkew {
  let skewMs: number | undefined
  return {
    note(date) {
      const there = Date.parse(date ?? '')
      if (!Number.isNaN(there)) skewMs = now() - there
    },
    judge() {
      if (skewMs === undefined)
        throw new ProbeFailure(
          `the answers of ${peer} have no date header`,
          options.checkAddress,
          options.codes.missing,
        )
      const seconds = Math.round(Math.abs(skewMs) / 1000)
      const message = `this clock is ${seconds} s ${skewMs < 0 ? 'behind' : 'ahead of'} that of ${peer}`
      const advice = `set the clock: ${options.because}`
      if (Math.abs(skewMs) >= options.limitMs) throw new ProbeFailure(message, advice, options.codes.wrong)
      return { message, ...(Math.abs(skewMs) >= options.warningMs ? { advice } : {}) }
    },
  }
}
