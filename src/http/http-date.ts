/**
 * Reads a date in any of the three forms of HTTP: `Sun, 06 Nov 1994 08:49:37 GMT`, `Sunday, 06-Nov-94 08:49:37 GMT`,
 * `Sun Nov  6 08:49:37 1994`.
 *
 * @param nowMs decides the century of a year with two digits: a date more than 50 years ahead lies in the past
 * @returns milliseconds since the epoch; `undefined` for any other text, which RFC 9110 wants to be ignored
 * @see RFC 9110 section 5.6.7
 */
export function parseHttpDate(text: string, nowMs: number): number | undefined {
  const { groups } = imfFixdate.exec(text) ?? rfc850.exec(text) ?? asctime.exec(text) ?? {}
  if (groups === undefined) return undefined
  const { day, month = '', year = '', hour, minute, second } = groups
  const fullYear = year.length === 2 ? withCentury(Number(year), nowMs) : Number(year)
  const date = new Date(0)
  date.setUTCFullYear(fullYear, months.indexOf(month), Number(day))
  // `Date` turns the 30th of February into a day of March.
  if (date.getUTCDate() !== Number(day)) return undefined
  return date.getTime() + ((Number(hour) * 60 + Number(minute)) * 60 + Number(second)) * 1000
}

/** Formats a date as HTTP wants it to be sent: `Sun, 06 Nov 1994 08:49:37 GMT`. */
export function formatHttpDate(ms: number): string {
  return new Date(ms).toUTCString()
}

const monthNames = 'Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec'
const months = monthNames.split('|')
const days = 'Mon|Tue|Wed|Thu|Fri|Sat|Sun'
const longDays = 'Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday'
const month = `(?<month>${monthNames})`
// Second 60 is a leap second.
const time = '(?<hour>[01]\\d|2[0-3]):(?<minute>[0-5]\\d):(?<second>[0-5]\\d|60)'
const imfFixdate = new RegExp(`^(?:${days}), (?<day>\\d\\d) ${month} (?<year>\\d{4}) ${time} GMT$`)
const rfc850 = new RegExp(`^(?:${longDays}), (?<day>\\d\\d)-${month}-(?<year>\\d\\d) ${time} GMT$`)
// Some clients and proxies fold the two spaces before a day of one digit into one.
const asctime = new RegExp(`^(?:${days}) ${month} {1,2}(?<day>\\d\\d?) ${time} (?<year>\\d{4})$`)

function withCentury(twoDigits: number, nowMs: number): number {
  const thisYear = new Date(nowMs).getUTCFullYear()
  const year = thisYear - (thisYear % 100) + twoDigits
  return year > thisYear + 50 ? year - 100 : year
}
