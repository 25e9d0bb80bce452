/**
 * Reads a date in any of the three forms of HTTP: `Sun, 06 Nov 1994 08:49:37 GMT`, `Sunday, 06-Nov-94 08:49:37 GMT`,
 * `Sun Nov  6 08:49:37 1994`.
 *
 * @param nowMs decides the century of two digits: more than 50 years ahead is the past
 * @returns milliseconds since the epoch; `undefined` for everything else, which RFC 9110 wants passed over
 * @see RFC 9110 section 5.6.7
 */
export function parseHttpDate(text: string, nowMs: number): number | undefined {
  const { groups } = imfFixdate.exec(text) ?? rfc850.exec(text) ?? asctime.exec(text) ?? {}
  if (groups === undefined) return undefined
  const { day, month = '', year = '', hour, minute, second } = groups
  const fullYear = year.length === 2 ? withCentury(Number(year), nowMs) : Number(year)
  const date = new Date(0)
  date.setUTCFullYear(fullYear, months.indexOf(month), Number(day))
  // The 30th of February has become a day of March.
  if (date.getUTCDate() !== Number(day)) return undefined
  return date.getTime() + ((Number(hour) * 60 + Number(minute)) * 60 + Number(second)) * 1000
}

/** The form that is sent: `Sun, 06 Nov 1994 08:49:37 GMT`. */
export function formatHttpDate(ms: number): string {
  return new Date(ms).toUTCString()
}

const monthNames = 'Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec'
const months = monthNames.split('|')
const days = 'Mon|Tue|Wed|Thu|Fri|Sat|Sun'
const longDays = 'Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday'
const month = `(?<month>${monthNames})`
// A leap second is written 60.
const time = '(?<hour>[01]\\d|2[0-3]):(?<minute>[0-5]\\d):(?<second>[0-5]\\d|60)'
const imfFixdate = new RegExp(`^(?:${days}), (?<day>\\d\\d) ${month} (?<year>\\d{4}) ${time} GMT$`)
const rfc850 = new RegExp(`^(?:${longDays}), (?<day>\\d\\d)-${month}-(?<year>\\d\\d) ${time} GMT$`)
// Its second space is often folded into the first on the way.
const asctime = new RegExp(`^(?:${days}) ${month} {1,2}(?<day>\\d\\d?) ${time} (?<year>\\d{4})$`)

function withCentury(twoDigits: number, nowMs: number): number {
  const thisYear = new Date(nowMs).getUTCFullYear()
  const year = thisYear - (thisYear % 100) + twoDigits
  return year > thisYear + 50 ? year - 100 : year
}
