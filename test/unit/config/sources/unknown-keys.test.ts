import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { unknownFlag, unknownKey } from '../../../../src/config/sources/unknown-keys.ts'
import { largerOptions } from '../larger-schema.ts'

const file = { path: 's3proxy.json', content: {} }

describe('unknownKey', () => {
  for (const [path, guess] of [
    ['shelves.docs.PATH', 'did you mean shelves.docs.path?'],
    ['shelves.docs.stalTimeoutMs', 'did you mean shelves.docs.stallTimeoutMs?'],
    ['shelves.docs.cookieName', 'did you mean session.cookieName?'],
    ['listeners.a.slots', 'did you mean shelves.NAME.slots?'],
    ['s3.slots', 'did you mean shelves.NAME.slots?'],
    ['shelfs', 'did you mean shelves?'],
    ['right', 'did you mean rights?'],
    ['rights.rulez', 'did you mean rights.rules?'],
    ['shelves.a.path', 'options are nested by their dots, as in {"shelves": {"a": {"path": ...}}}'],
  ] as const)
    it(`of ${path} says: ${guess}`, () => {
      const { message } = unknownKey(path, file, largerOptions)
      assert.ok(message.endsWith(guess), message)
    })

  it('guesses nothing for what is like no option', () => {
    const message = 'unknown key in s3proxy.json'
    for (const path of ['shelves.docs.wallpaperOfTheRoom', 'wallpaperOfTheRoom'])
      assert.deepEqual(unknownKey(path, file, largerOptions), { path, env: '', message })
  })
})

describe('unknownFlag', () => {
  it('has no problem with an option that the environment may set too', () => {
    for (const path of ['s3.region', 'rights.groups'])
      assert.equal(unknownFlag(path, largerOptions), undefined)
  })

  it('guesses what was meant', () => {
    assert.equal(unknownFlag('log.levle', largerOptions)?.message, 'no such option; did you mean log.level?')
  })

  it('guesses nothing that --set does not take', () => {
    for (const path of ['slots', 'x.rules', 'listeners-port'])
      assert.equal(unknownFlag(path, largerOptions)?.message, 'no such option', path)
  })
})
