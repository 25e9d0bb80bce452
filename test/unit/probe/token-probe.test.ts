import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { SsoQuestion } from '../../../src/probe/ask-sso.ts'
import { ProbeFailure } from '../../../src/probe/probe.ts'
import { probeToken } from '../../../src/probe/token-probe.ts'
import type { ClientIdentity } from '../../../src/sso/client-authentication.ts'

const secret = { clientId: 'the client', clientSecret: 'a secret:' }
const key = { clientId: 'the client', clientAssertion: () => 'a.b.c' }

describe('probeToken', () => {
  for (const [clientAuthentication, client] of [
    ['post', secret],
    ['basic', secret],
    ['none', secret],
    ['private_key_jwt', key],
  ] as const)
    it(`is content where the SSO wants ${clientAuthentication}, and it is set`, async () => {
      const { message } = await probe({ ...client, clientAuthentication }, clientAuthentication)
      assert.equal(message, 'a wrong code was answered 400 invalid_grant, as it should')
    })

  for (const [given, wanted, client] of [
    ['post', 'basic', secret],
    ['basic', 'post', secret],
    ['post', 'none', secret],
    ['none', 'basic', secret],
    ['private_key_jwt', 'none', key],
    ['basic', 'private_key_jwt', { ...secret, ...key }],
  ] as const)
    it(`says what to set where the SSO wants ${wanted}, not ${given}`, async () => {
      await assert.rejects(
        probe({ ...client, clientAuthentication: given }, wanted),
        (error: ProbeFailure) => {
          assert.ok(error instanceof ProbeFailure)
          assert.equal(error.code, 'SSO_REFUSED_CODE')
          assert.match(error.advice, new RegExp(`^set sso\\.clientAuthentication to ${wanted}: `))
          return true
        },
      )
    })

  it('understands what GitHub answers, with 200', async () => {
    const client = { ...secret, clientAuthentication: 'post' } as const
    const known = await probe(client, 'post', ['bad_verification_code', 'incorrect_client_credentials'])
    assert.equal(known.message, 'a wrong code was answered 200 bad_verification_code, as it should')
    const unknown = probe(client, 'private_key_jwt', [
      'bad_verification_code',
      'incorrect_client_credentials',
    ])
    await assert.rejects(unknown, { code: 'SSO_REFUSED_CODE' })
  })

  it('says to check id, secret and the way where no other way fits', async () => {
    const client = { ...secret, clientAuthentication: 'post' } as const
    await assert.rejects(probe(client, 'private_key_jwt'), (error: ProbeFailure) => {
      assert.match(
        error.advice,
        /^check sso\.clientId and sso\.clientSecret .*and sso\.clientAuthentication$/,
      )
      return true
    })
  })
})

/** Asks an SSO that knows the application in one way only. */
function probe(
  client: ClientIdentity,
  wanted: ClientIdentity['clientAuthentication'],
  githubs?: readonly [known: string, unknown: string],
) {
  const ask = async (question: SsoQuestion) => {
    const isKnown = wayOf(question) === wanted
    const [known, unknown] = githubs ?? ['invalid_grant', 'invalid_client']
    const status = githubs !== undefined ? 200 : isKnown ? 400 : 401
    return { status, location: null, error: isKnown ? known : unknown }
  }
  const options = { client, redirectUri: 'https://a.example.com/', codeVerifier: 'v', checkAddress: '', ask }
  return probeToken(options, new AbortController().signal)
}

function wayOf({ form = new URLSearchParams(), headers = {} }: SsoQuestion) {
  if (headers.authorization !== undefined) {
    const pair = Buffer.from(headers.authorization.replace('Basic ', ''), 'base64').toString()
    return pair === 'the+client:a+secret%3A' && !form.has('client_id') ? 'basic' : undefined
  }
  if (form.get('client_id') !== 'the client') return undefined
  if (form.has('client_assertion')) return 'private_key_jwt'
  return form.has('client_secret') ? 'post' : 'none'
}
