import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type Identification, identify, nobody } from '../../../src/identity/identify.ts'
import { RequestRecord } from '../../../src/telemetry/request-record.ts'
import { jo, request, site } from '../../helpers/stage/login-ports.ts'

describe('identify', () => {
  it('asks in order, and nobody after the first that answers', async () => {
    const person: Identification = { kind: 'person', person: jo, sharer: 'jo' }
    const reply: Identification = { kind: 'reply', reply: { status: 401, headers: [], body: null } }
    for (const [answers, answer, asked] of [
      [[person, reply], person, 1],
      [[reply, person], reply, 1],
      [[nobody, person, reply], person, 2],
      [[nobody, nobody], nobody, 2],
      [[], nobody, 0],
    ] as const) {
      let count = 0
      const identities = answers.map((given) => async () => {
        count++
        return given
      })
      assert.equal(await identify(identities, request('/a'), site, new RequestRecord()), answer)
      assert.equal(count, asked)
    }
  })

  it('fails with the identity that fails, and asks no other', async () => {
    const failing = () => Promise.reject(new Error('down'))
    const other = () => assert.fail('asked')
    await assert.rejects(identify([failing, other], request('/a'), site, new RequestRecord()), /down/)
  })
})
