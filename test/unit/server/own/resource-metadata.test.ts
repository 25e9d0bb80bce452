import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createResourceMetadataPage } from '../../../../src/server/own/resource-metadata.ts'
import { RequestRecord } from '../../../../src/telemetry/request-record.ts'
import { headerIn } from '../../../helpers/clients/header-in.ts'
import { request, site } from '../../../helpers/stage/login-ports.ts'

describe('createResourceMetadataPage', () => {
  it('names this site, the issuer, the scopes, and the client for terminals', async () => {
    const page = createResourceMetadataPage({
      issuer: 'https://sso.example.com/realm',
      scopes: ['read'],
      terminalClientId: 'terminal',
    })
    const reply = await page.answer(request(page.path), new RequestRecord(), site)
    assert.equal(headerIn(reply.headers, 'content-type'), 'application/json')
    assert.deepEqual(JSON.parse(String(reply.body)), {
      resource: 'https://assets.example.com',
      authorization_servers: ['https://sso.example.com/realm'],
      scopes_supported: ['read'],
      bearer_methods_supported: ['header'],
      resource_name: 's3proxy',
      client_id: 'terminal',
    })
  })

  it('wants the resource to be named to the SSO where a token has to be made for this very site', async () => {
    const saysSo = async (audience: string[]) => {
      const page = createResourceMetadataPage({ scopes: [], audience })
      const { body } = await page.answer(request(page.path), new RequestRecord(), site)
      return JSON.parse(String(body)).resource_indicators_supported
    }
    assert.equal(await saysSo(['api', 'https://assets.example.com']), true)
    assert.equal(await saysSo(['https://other.example.com']), undefined)
  })

  it('leaves out what is not known, and is fit to be changed by its caller', async () => {
    const page = createResourceMetadataPage({ scopes: [] })
    const answer = () => page.answer(request(page.path), new RequestRecord(), site)
    const first = await answer()
    first.headers.push('x-request-id', '1')
    const second = await answer()
    assert.equal(second.headers.includes('x-request-id'), false)
    assert.deepEqual(Object.keys(JSON.parse(String(second.body))), [
      'resource',
      'bearer_methods_supported',
      'resource_name',
    ])
  })
})
