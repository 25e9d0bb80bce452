import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { isNavigation } from '../../../src/identity/is-navigation.ts'
import { request } from '../sso/sso-ports.ts'

describe('isNavigation', () => {
  it('takes what a person or a plain tool sends', () => {
    for (const headers of [
      {},
      { accept: '' },
      { accept: '*/*' },
      { accept: 'text/html,application/json' },
      { accept: 'application/json, */*' },
      { accept: 'video/mp4' },
      { 'sec-fetch-mode': 'navigate', accept: 'text/html' },
    ])
      assert.equal(isNavigation(request('/a', headers)), true, JSON.stringify(headers))
  })

  it('takes nothing that a script, an element or an API sends', () => {
    for (const headers of [
      { 'sec-fetch-mode': 'cors' },
      { 'sec-fetch-mode': 'no-cors', accept: 'image/*' },
      { 'sec-fetch-mode': 'same-origin', accept: 'text/html' },
      { 'sec-fetch-mode': 'websocket' },
      { accept: 'application/json' },
      { accept: 'Application/JSON; charset=utf-8' },
      { accept: 'application/json, application/problem+json;q=0.5' },
      { accept: 'application/vnd.api+json' },
    ])
      assert.equal(isNavigation(request('/a', headers)), false, JSON.stringify(headers))
  })
})
