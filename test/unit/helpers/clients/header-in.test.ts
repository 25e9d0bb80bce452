import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { headerIn } from '../../../helpers/clients/header-in.ts'

describe('headerIn', () => {
  it('finds a header by its name, never by its value', () => {
    assert.equal(headerIn(['date', 'etag', 'etag', '"a"'], 'etag'), '"a"')
    assert.equal(headerIn(['date', 'etag'], 'etag'), undefined)
  })
})
