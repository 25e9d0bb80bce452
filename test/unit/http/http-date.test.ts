import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { formatHttpDate, parseHttpDate } from '../../../src/http/http-date.ts'

const now = Date.UTC(2026, 0, 1)
const imf = (text: string) => {
  const ms = parseHttpDate(text, now)
  return ms === undefined ? undefined : formatHttpDate(ms)
}

describe('parseHttpDate', () => {
  for (const [text, becomes] of [
    ['Sun, 06 Nov 1994 08:49:37 GMT', 'Sun, 06 Nov 1994 08:49:37 GMT'],
    ['Sunday, 06-Nov-94 08:49:37 GMT', 'Sun, 06 Nov 1994 08:49:37 GMT'],
    ['Sun Nov  6 08:49:37 1994', 'Sun, 06 Nov 1994 08:49:37 GMT'],
    ['Sun Nov 6 08:49:37 1994', 'Sun, 06 Nov 1994 08:49:37 GMT'],
    ['Wed Nov 16 08:49:37 1994', 'Wed, 16 Nov 1994 08:49:37 GMT'],
    ['Thu, 29 Feb 2024 23:59:59 GMT', 'Thu, 29 Feb 2024 23:59:59 GMT'],
    ['Sat, 31 Dec 2016 23:59:60 GMT', 'Sun, 01 Jan 2017 00:00:00 GMT'],
    ['Friday, 01-Jan-76 00:00:00 GMT', 'Wed, 01 Jan 2076 00:00:00 GMT'],
    ['Friday, 01-Jan-77 00:00:00 GMT', 'Sat, 01 Jan 1977 00:00:00 GMT'],
    ['Mon, 01 Jan 0001 00:00:00 GMT', 'Mon, 01 Jan 0001 00:00:00 GMT'],
  ] as const) {
    it(`reads ${text}`, () => {
      assert.equal(imf(text), becomes)
    })
  }

  for (const text of [
    '',
    'garbage',
    '0',
    '1727776800',
    '2024-10-01T10:00:00Z',
    'Tue, 01 Oct 2024 10:00:00',
    'Tue, 01 Oct 2024 10:00:00 UTC',
    'Tue, 01 Oct 2024 10:00:00 +0000',
    'Tue, 1 Oct 2024 10:00:00 GMT',
    'Tue, 01 oct 2024 10:00:00 GMT',
    'Tue, 01 Okt 2024 10:00:00 GMT',
    'Xyz, 01 Oct 2024 10:00:00 GMT',
    'Tue, 01 Oct 24 10:00:00 GMT',
    'Tue, 31 Sep 2024 10:00:00 GMT',
    'Wed, 29 Feb 2023 10:00:00 GMT',
    'Tue, 00 Oct 2024 10:00:00 GMT',
    'Tue, 01 Oct 2024 24:00:00 GMT',
    'Tue, 01 Oct 2024 10:60:00 GMT',
    'Tue, 01 Oct 2024 10:00:61 GMT',
    'Tue, 01 Oct 2024 10:00:00 GMT, Wed, 02 Oct 2024 10:00:00 GMT',
    ' Tue, 01 Oct 2024 10:00:00 GMT',
    'Tuesday, 01 Oct 2024 10:00:00 GMT',
    'Tuesday, 01-Oct-2024 10:00:00 GMT',
    'Tue Oct  1 10:00:00 GMT 2024',
    'Tue, 01 Oct 2024 10:00:00 GMT\n',
  ]) {
    it(`passes over ${JSON.stringify(text)}`, () => {
      assert.equal(imf(text), undefined)
    })
  }
})
