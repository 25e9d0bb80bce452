import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { errorReply } from '../../../src/http/error-reply.ts'
import { headerIn } from '../../helpers/clients/header-in.ts'

describe('a page of our own', () => {
  it('loads nothing, runs nothing, sends forms only here, and is framed by nobody', () => {
    const page = errorReply(
      'OBJECT_NOT_FOUND',
      { header: () => 'text/html' },
      { requestId: 'id', code: undefined },
    )
    const policy = String(headerIn(page.headers, 'content-security-policy'))
    const directives = policy.split(';').map((text) => text.trim().replace(/'sha256-[^']+'/, 'HASH'))
    assert.deepEqual(directives.sort(), [
      "base-uri 'none'",
      "default-src 'none'",
      "form-action 'self'",
      "frame-ancestors 'none'",
      'style-src HASH',
    ])
  })
})
