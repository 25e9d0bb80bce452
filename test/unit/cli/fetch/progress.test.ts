import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  createProgress,
  formatBytes,
  formatDuration,
  formatProgress,
} from '../../../../src/cli/fetch/progress.ts'

const mebibyte = 1024 * 1024

function progressOf(options: { totalBytes: number; haveBytes?: number; columns?: number }) {
  const seen = { text: '', now: 0 }
  const progress = createProgress({
    totalBytes: options.totalBytes,
    haveBytes: options.haveBytes ?? 0,
    write(text) {
      seen.text += text
    },
    columns: () => options.columns,
    now: () => seen.now,
  })
  return { seen, progress }
}

const lastLine = (text: string) => text.split('\x1b[K').at(-1)

describe('createProgress', () => {
  it('writes over its own line, at most five times a second', () => {
    const { seen, progress } = progressOf({ totalBytes: 100 * mebibyte })
    for (let step = 1; step <= 100; step++) {
      seen.now += 10
      progress.add(mebibyte / 100)
    }
    assert.equal(seen.text.split('\r\x1b[K').length - 1, 5)
    assert.ok(!seen.text.includes('\n'))
    assert.equal(lastLine(seen.text), '1 %, 1.0 MiB of 100.0 MiB, 1.0 MiB/s, 1:39 left')
  })

  it('shows the rate of the last seconds, so that a stall is seen', () => {
    const { seen, progress } = progressOf({ totalBytes: 100 * mebibyte })
    seen.now = 1000
    progress.add(50 * mebibyte)
    assert.match(seen.text, /50\.0 MiB\/s, 0:01 left$/)
    for (let second = 2; second <= 8; second++) {
      seen.now = 1000 * second
      progress.draw()
    }
    assert.equal(lastLine(seen.text), '50 %, 50.0 MiB of 100.0 MiB, 0 B/s, -:-- left')
  })

  it('begins with what was left, which does not count for the rate', () => {
    const { seen, progress } = progressOf({ totalBytes: 100 * mebibyte, haveBytes: 90 * mebibyte })
    seen.now = 1000
    progress.add(mebibyte)
    assert.equal(lastLine(seen.text), '91 %, 91.0 MiB of 100.0 MiB, 1.0 MiB/s, 0:09 left')
    seen.now = 10_000
    progress.add(9 * mebibyte)
    progress.end(true)
    assert.equal(lastLine(seen.text), '10.0 MiB in 0:10, 1.0 MiB/s\n')
  })

  it('never fills the width of the terminal', () => {
    const { seen, progress } = progressOf({ totalBytes: 100 * mebibyte, columns: 20 })
    seen.now = 1000
    progress.add(mebibyte)
    assert.equal(lastLine(seen.text)?.length, 19)
  })

  it('takes a width of 0 for one that is not known', () => {
    const { seen, progress } = progressOf({ totalBytes: mebibyte, columns: 0 })
    progress.end(true)
    assert.equal(lastLine(seen.text), '0 B in 0:00\n')
    assert.notEqual(seen.text, '')
  })

  it('ends its line when the download failed, so that the error stands on its own', () => {
    const { seen, progress } = progressOf({ totalBytes: mebibyte })
    seen.now = 1000
    progress.add(1024)
    progress.end(false)
    assert.match(seen.text, /left\n$/)
  })

  it('writes nothing when it was never drawn', () => {
    const { seen, progress } = progressOf({ totalBytes: mebibyte })
    progress.add(1)
    progress.end(false)
    assert.equal(seen.text, '')
  })
})

describe('formatProgress', () => {
  it('is complete for an object without bytes', () => {
    assert.equal(formatProgress(0, 0, 0), '100 %, 0 B of 0 B, 0 B/s, -:-- left')
  })

  it('tells what came where nobody knows how much there is', () => {
    assert.equal(formatProgress(3 * 1024 * 1024, undefined, 1024), '3.0 MiB, 1.0 KiB/s')
  })

  it('never says 100 % before everything is there', () => {
    assert.match(formatProgress(999_999, 1_000_000, 1), /^99 %/)
  })
})

describe('formatDuration', () => {
  for (const [seconds, text] of [
    [0, '0:00'],
    [0.2, '0:01'],
    [59.5, '1:00'],
    [754, '12:34'],
    [3600, '1:00:00'],
    [36_061, '10:01:01'],
  ] as const) {
    it(`writes ${seconds} s as ${text}`, () => {
      assert.equal(formatDuration(seconds), text)
    })
  }
})

describe('formatBytes', () => {
  for (const [bytes, text] of [
    [0, '0 B'],
    [1023, '1023 B'],
    [1024, '1.0 KiB'],
    [1536 * 1024, '1.5 MiB'],
    [5 * 1024 ** 4, '5.0 TiB'],
    [5000 * 1024 ** 4, '5000.0 TiB'],
  ] as const) {
    it(`writes ${bytes} as ${text}`, () => {
      assert.equal(formatBytes(bytes), text)
    })
  }
})
