import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { personWithId } from '../../../src/person/person.ts'
import { deniedReply } from '../../../src/server/denied.ts'
import { RequestRecord } from '../../../src/telemetry/request-record.ts'
import { headerIn } from '../../helpers/clients/header-in.ts'
import { request } from '../../helpers/stage/login-ports.ts'

const jo = { ...personWithId('jo-1'), name: 'Jo <Doe> & "co"', email: 'jo@example.org' }

function denied(contact?: string, person: typeof jo | undefined = jo, accept = 'text/html') {
  const record = new RequestRecord('GET')
  record.requestId = 'request-1'
  const reply = deniedReply(request('/a', { accept }), record, person, contact)
  return { ...reply, text: String(reply.body), code: record.code }
}

describe('deniedReply', () => {
  it('says who is signed in, and how to sign in as somebody else', () => {
    const { status, headers, text, code } = denied()
    assert.deepEqual([status, code], [403, 'ACCESS_DENIED'])
    assert.match(
      text,
      /You are signed in as Jo &lt;Doe&gt; &amp; &quot;co&quot;, and this account may not see this\./,
    )
    assert.match(text, /<a href="\/__s3proxy\/logout" rel="noreferrer">Sign in as somebody else<\/a>/)
    assert.match(text, /403 ACCESS_DENIED · request request-1/)
    assert.doesNotMatch(text, /ask for access:/)
    assert.equal(headerIn(headers, 'cache-control'), 'no-store')
  })

  it('names somebody by address or id where there is no name, and nobody where there is nothing', () => {
    const without = (changes: object) => denied(undefined, { ...jo, ...changes }).text
    assert.match(without({ name: undefined }), /signed in as jo@example\.org,/)
    assert.match(without({ name: undefined, email: undefined }), /signed in as jo-1,/)
    assert.match(without({ name: undefined, email: undefined, id: undefined }), /You are signed in, and/)
  })

  it('tells whom to ask, as a link where that is an address, and never runs anything', () => {
    for (const [contact, html] of [
      [
        'https://help.example.org/?a=1&b',
        '<a href="https://help.example.org/?a=1&amp;b">https://help.example.org/?a=1&amp;b</a>',
      ],
      ['help@example.org', '<a href="mailto:help@example.org">help@example.org</a>'],
      ['mailto:help@example.org', '<a href="mailto:help@example.org">help@example.org</a>'],
      ['the <help> desk, room 3', 'the &lt;help&gt; desk, room 3'],
      ['javascript:alert(1)', 'javascript:alert(1)'],
      ['https://a.example.org and more', 'https://a.example.org and more'],
    ] as const)
      assert.ok(denied(contact).text.includes(`<p>To ask for access: ${html}</p>`), contact)
  })

  it('is one line for tools', () => {
    assert.match(
      denied(undefined, jo, '*/*').text,
      /^403 No access\. You are signed in as Jo [^\n]+ for access\. \[ACCESS_DENIED, request request-1\]\n$/,
    )
    assert.match(
      denied('the help desk,\nroom 3', jo, '*/*').text,
      /^403 [^\n]+ To ask for access: the help desk, room 3 \[ACCESS_DENIED, request request-1\]\n$/,
    )
  })
})
