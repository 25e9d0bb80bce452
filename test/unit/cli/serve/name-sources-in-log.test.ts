import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { nameSourcesIn } from '../../../../src/cli/serve/name-sources-in-log.ts'
import { createLog } from '../../../../src/log/create-log.ts'

describe('nameSourcesIn', () => {
  it('names where options were set at that moment, at every level that the log has by then', async () => {
    const lines: string[] = []
    const destination = {
      write(line: string) {
        lines.push(JSON.parse(line).msg)
      },
    }
    const log = await createLog({ level: 'warn', isPretty: false, destination })
    let sources = { 'sso.url': 'S3PROXY_SSO_URL' }
    const named = nameSourcesIn(log, () => sources)
    named.debug({}, 'not at this level (sso.url)')
    named.warn({ code: 'SSO_UNAVAILABLE' }, 'away (sso.url)')
    sources = { 'sso.url': 'a.json' }
    log.level = 'debug'
    named.error({ code: 'SSO_UNAVAILABLE' }, 'check sso.url (SSO_URL)')
    named.debug({}, 'again (sso.url)')
    assert.deepEqual(lines, [
      'away (sso.url, S3PROXY_SSO_URL)',
      'check sso.url (a.json)',
      'again (sso.url, a.json)',
    ])
  })
})
