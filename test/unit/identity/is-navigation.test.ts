import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { isNavigation } from '../../../src/identity/is-navigation.ts'
import { request } from '../../helpers/stage/login-ports.ts'

describe('isNavigation', () => {
  it('takes what a person or a plain tool sends', () => {
    for (const headers of [
      {},
      { accept: '' },
      { accept: '*/*' },
      { accept: 'text/html,application/json' },
      { accept: 'application/json, */*' },
      { accept: 'Text/HTML;q=0.9' },
      { 'sec-fetch-mode': 'navigate', accept: 'text/html' },
      { 'sec-fetch-mode': 'navigate', accept: 'text/html', 'x-requested-with': 'com.example.app' },
      { 'sec-fetch-mode': 'navigate', accept: 'text/html', authorization: 'Basic eDp5' },
    ])
      assert.equal(isNavigation(request('/a', headers)), true, JSON.stringify(headers))
  })

  it('takes a page that a browser loads again', () => {
    for (const name of ['if-none-match', 'if-modified-since'] as const) {
      for (const headers of [{ 'sec-fetch-mode': 'navigate' }, {}])
        assert.equal(
          isNavigation(request('/a', { ...headers, accept: 'text/html,*/*;q=0.8', [name]: 'x' })),
          true,
        )
    }
  })

  it('takes nothing that wants a part, a version or a kind of the file, which no page of the SSO is', () => {
    for (const name of ['range', 'if-range', 'if-match', 'if-unmodified-since'] as const) {
      for (const headers of [{}, { accept: '*/*' }, { 'sec-fetch-mode': 'navigate', accept: 'text/html' }])
        assert.equal(isNavigation(request('/a', { ...headers, [name]: 'x' })), false, name)
    }
    for (const name of ['if-none-match', 'if-modified-since', 'x-requested-with', 'authorization'] as const) {
      for (const headers of [{}, { accept: '*/*' }])
        assert.equal(isNavigation(request('/a', { ...headers, [name]: 'x' })), false, name)
    }
    for (const accept of [
      'video/mp4',
      'image/*',
      'application/pdf, image/png',
      'text/html;q=0, image/*',
      '*/*;q=0.0',
    ])
      assert.equal(isNavigation(request('/a', { accept })), false, accept)
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
