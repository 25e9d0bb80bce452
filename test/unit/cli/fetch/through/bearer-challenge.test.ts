import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { readBearerChallenge } from '../../../../../src/cli/fetch/through/bearer-challenge.ts'

describe('readBearerChallenge', () => {
  for (const [header, resourceMetadata, error] of [
    ['Bearer', undefined, undefined],
    ['Bearer resource_metadata="https://h/m"', 'https://h/m', undefined],
    ['bearer error=invalid_token, Resource_Metadata="https://h/m,n"', 'https://h/m,n', 'invalid_token'],
    ['Cookie realm="a", Bearer realm="b, c", resource_metadata="m"', 'm', undefined],
    ['Bearer resource_metadata="m", Basic realm="r", error="x"', 'm', undefined],
    ['Bearer resource_metadata="a\\"b"', 'a"b', undefined],
    ['Bearer error="two words"', undefined, undefined],
    ['Bearer resource_metadata="first", resource_metadata="second"', 'first', undefined],
  ] as const) {
    it(`reads ${header}`, () => {
      assert.deepEqual(readBearerChallenge(header), { resourceMetadata, error })
    })
  }

  it('reads the reason, where it has no character that a terminal could take for more', () => {
    const described = (description: string) =>
      readBearerChallenge(`Bearer error="invalid_token", error_description="${description}"`)?.description
    assert.equal(described('the token has expired (exp)'), 'the token has expired (exp)')
    for (const other of ['', '\u001b[2J', 'ä', 'x'.repeat(201)]) assert.equal(described(other), undefined)
  })

  for (const header of [
    undefined,
    '',
    'Basic realm="Bearer resource_metadata=m"',
    'Cookie realm="s3proxy"',
  ]) {
    it(`finds none in ${header}`, () => {
      assert.equal(readBearerChallenge(header), undefined)
    })
  }

  it('takes a long header in a time that grows with its length', () => {
    const startedAtMs = performance.now()
    readBearerChallenge(`Bearer ${'a = '.repeat(4000)}`)
    readBearerChallenge(`Bearer a="${'\\'.repeat(16_000)}`)
    assert.ok(performance.now() - startedAtMs < 2000)
  })
})
