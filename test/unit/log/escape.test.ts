import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { escapeForTerminal, escapeJsonLine } from '../../../src/log/escape.ts'

describe('escapeJsonLine', () => {
  const obeyed = [
    ...['\x7f', '\x80', '\x85', '\x9b', '\x9f', '\u061c', '\u200e', '\u200f', '\u2028', '\u2029'],
    ...['\u202a', '\u202e', '\u2066', '\u2069', '\u200b', '\ufeff', '\u{e0041}'],
  ]

  for (const character of obeyed)
    it(`escapes U+${character.codePointAt(0)?.toString(16)}, and the line means the same`, () => {
      const record = { who: `a${character}b é`, 'path\\': character }
      const line = escapeJsonLine(`${JSON.stringify(record)}\n`)
      assert.ok(!line.includes(character))
      assert.deepEqual(JSON.parse(line), record)
      assert.ok(line.endsWith('"}\n'))
    })

  it('leaves letters of every script and emoji as they are', () => {
    const line = '{"who":"José 李 😀 ش"}\n'
    assert.equal(escapeJsonLine(line), line)
  })

  it('escapes half of a surrogate pair', () => {
    assert.equal(escapeJsonLine('"a\ud800b"\n'), '"a\\ud800b"\n')
  })
})

describe('escapeForTerminal', () => {
  it('writes by its number what moves the cursor or begins a line', () => {
    assert.equal(
      escapeForTerminal('a\x1b[2J\r\nb\u202e\x9b\x7f\u2028\ud800é'),
      'a\\u{1b}[2J\\u{d}\\u{a}b\\u{202e}\\u{9b}\\u{7f}\\u{2028}\\u{d800}é',
    )
  })
})
