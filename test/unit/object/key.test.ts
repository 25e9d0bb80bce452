import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { checkKey, type ObjectKey, toObjectKey, toWireKey } from '../../../src/object/key.ts'
import { createRandom } from '../../helpers/random.ts'

describe('toObjectKey', () => {
  for (const [path, key] of [
    ['/plain-1_2.3~x/y', 'plain-1_2.3~x/y'],
    ['/', ''],
    ['//', '/'],
    ['//a//b/', '/a//b/'],
    ['/a+b', 'a+b'],
    ['/a%2Bb', 'a+b'],
    ['/a%20b', 'a b'],
    ['/a%2Fb%2f', 'a/b/'],
    ['/%252F', '%2F'],
    ["/;!'()*&=@$,:", ";!'()*&=@$,:"],
    ['/caf%C3%A9', 'café'],
    ['/%EF%BB%BFx', '\ufeffx'],
    ['/%F0%9F%98%80', '\u{1f600}'],
    ['/e%CC%81', 'e\u0301'],
    ['/a%0D%0Ab', 'a\r\nb'],
    ['/a%5Cb', 'a\\b'],
    ['/...', '...'],
    ['/.hidden/..a', '.hidden/..a'],
    ['/a?', 'a?'],
  ] as const) {
    it(`reads ${path} as ${JSON.stringify(key)}`, () => {
      assert.equal(toObjectKey(path), key)
    })
  }

  it('takes raw bytes of UTF-8, which Node hands over as latin1', () => {
    assert.equal(toObjectKey(Buffer.from('/café').toString('latin1')), 'café')
  })

  for (const path of [
    '/.',
    '/..',
    '/a/../b',
    '/a/./b',
    '/a/..',
    '/%2e%2E/x',
    '/a/.%2e',
    '/a%2F..%2Fb',
    '/a\\..\\b',
    '/a%5C..%5Cb',
    '/a%5c..',
    '/%00',
    '/a%00b',
    '/%',
    '/%2',
    '/%zz',
    '/100%',
    '/%ff',
    '/%C3',
    '/%C0%AF',
    '/%ED%A0%80',
    '/caf\u00e9',
  ]) {
    it(`refuses ${path}`, () => {
      assert.equal(toObjectKey(path), undefined)
    })
  }
})

describe('checkKey', () => {
  it('refuses what is not well-formed text', () => {
    assert.equal(checkKey('a\ud800'), undefined)
    assert.equal(checkKey('a%2e%2e/b'), 'a%2e%2e/b')
  })
})

describe('toWireKey', () => {
  it('writes the one canonical spelling', () => {
    assert.equal(toWireKey("a b+c/é'(1)" as ObjectKey), 'a%20b%2Bc/%C3%A9%27%281%29')
  })

  it('is undone by toObjectKey, for any key', () => {
    const random = createRandom()
    for (let round = 0; round < 3000; round++) {
      const key = checkKey(random.text(random.below(30)))
      if (key === undefined) continue
      const wire = toWireKey(key)
      assert.match(wire, /^(?:[A-Za-z0-9\-._~/]|%[0-9A-F]{2})*$/)
      assert.equal(toObjectKey(`/${wire}`), key, `seed ${random.seed}`)
    }
  })
})
