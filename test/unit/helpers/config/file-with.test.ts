import assert from 'node:assert/strict'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { describe, it } from 'node:test'
import { fileWith } from '../../../helpers/config/file-with.ts'

describe('fileWith', () => {
  it('writes a file for its owner, which is gone after the test', () => {
    const afterwards: (() => void)[] = []
    const path = fileWith({ after: (fn) => void afterwards.push(fn as () => void) }, 'text', 'key.pem')
    assert.match(path, /\/key\.pem$/)
    assert.equal(readFileSync(path, 'utf8'), 'text')
    assert.equal(statSync(path).mode & 0o777, 0o600)
    for (const run of afterwards) run()
    assert.equal(existsSync(dirname(path)), false)
  })
})
