import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, describe, it } from 'node:test'
import { S3Client } from '@aws-sdk/client-s3'
import { createSigner } from '../../../src/s3/sigv4.ts'
import { canonicalQuery, uriEncodePath } from '../../../src/s3/uri-encode.ts'
import { createRandom } from '../../helpers/random.ts'

const region = 'eu-west-2'
const plain = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' }
const emptyHash = createHash('sha256').update('').digest('hex')

describe('createSigner', () => {
  const clients: S3Client[] = []
  after(() => {
    for (const client of clients) client.destroy()
  })

  /** Creates the signer of the SDK, to compare signatures with. */
  function createSdkSigner(credentials: typeof plain & { sessionToken?: string }) {
    const client = new S3Client({ region, credentials })
    clients.push(client)
    return async (
      method: string,
      path: string,
      headers: Record<string, string>,
      nowMs: number,
      query = {},
    ) => {
      const signer = await client.config.signer()
      const signed = await signer.sign(
        {
          ...{ method, protocol: 'https:', hostname: 'h.example', path, query },
          headers: { ...headers, 'x-amz-content-sha256': emptyHash },
        },
        { signingDate: new Date(nowMs) },
      )
      return signed.headers
    }
  }

  it('signs the example of the documentation of S3', () => {
    const headers = createSigner('us-east-1')(
      {
        method: 'GET',
        path: '/test.txt',
        headers: [
          ['host', 'examplebucket.s3.amazonaws.com'],
          ['range', 'bytes=0-9'],
        ],
      },
      { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' },
      Date.parse('2013-05-24T00:00:00Z'),
    )
    assert.match(
      Object.fromEntries(headers).authorization ?? '',
      /Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41$/,
    )
  })

  // Both examples are from https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
  for (const [what, parameters, signature] of [
    [
      'GET Bucket Lifecycle',
      [['lifecycle', '']],
      'fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543',
    ],
    [
      'Get Bucket (List Objects)',
      [
        ['prefix', 'J'],
        ['max-keys', '2'],
      ],
      '34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7',
    ],
  ] as const)
    it(`signs the example with a query of the documentation of S3: ${what}`, () => {
      const headers = createSigner('us-east-1')(
        {
          method: 'GET',
          path: '/',
          query: canonicalQuery(parameters),
          headers: [['host', 'examplebucket.s3.amazonaws.com']],
        },
        {
          accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
          secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
        },
        Date.parse('2013-05-24T00:00:00Z'),
      )
      assert.match(Object.fromEntries(headers).authorization ?? '', new RegExp(`Signature=${signature}$`))
    })

  const keys = [
    'plain.txt',
    'a//b',
    '/leading',
    'trailing/',
    '//',
    'a+b c%20d%2Fe',
    "!'()*",
    ';,:@&=$?#[]',
    'naïve/日本語/\u{1f600}',
    'back\\slash',
    'tab\tand\r\n',
    '"<>^`{|}~',
    'e\u0301 is not é',
  ]

  it('signs every key, query and set of headers as the SDK does, also with a session token', async () => {
    const random = createRandom()
    for (const credentials of [plain, { ...plain, sessionToken: 'FwoGZXIvYXdz//EXAMPLE+token==' }]) {
      const sdk = createSdkSigner(credentials)
      const sign = createSigner(region)
      for (let round = 0; round < 150; round++) {
        const key = keys[round] ?? random.text(1 + random.below(40))
        const headers: [string, string][] = [['host', 'bucket.s3.example:8443']]
        if (random.chance(0.5)) headers.push(['if-match', '"a b,c"'])
        if (random.chance(0.5)) headers.push(['if-modified-since', 'Tue, 01 Oct 2024 10:00:00 GMT'])
        if (random.chance(0.5)) headers.push(['if-none-match', 'W/"x", "y"'])
        if (random.chance(0.5)) headers.push(['range', `bytes=${random.below(99)}-`])
        const method = random.chance(0.5) ? 'GET' : 'HEAD'
        const path = `/bucket/${uriEncodePath(key)}`
        const nowMs = 1_700_000_000_000 + random.below(90 * 86_400_000)
        const parameters = Array.from({ length: random.below(4) }, (_, index) => {
          const name = `${random.text(1 + random.below(4))}${index}`
          return [name, random.chance(0.2) ? '' : random.text(random.below(20))] as const
        })
        const query = canonicalQuery(parameters)
        const ours = Object.fromEntries(sign({ method, path, query, headers }, credentials, nowMs))
        const theirs = await sdk(
          ...([method, path, Object.fromEntries(headers), nowMs, Object.fromEntries(parameters)] as const),
        )
        assert.equal(ours.authorization, theirs.authorization, `${JSON.stringify(key)}, seed ${random.seed}`)
        assert.equal(ours['x-amz-date'], theirs['x-amz-date'])
        assert.equal(ours['x-amz-security-token'], theirs['x-amz-security-token'])
      }
    }
  })

  it('derives another key for another day and for another secret', () => {
    const sign = createSigner(region)
    const request = { method: 'GET', path: '/x', headers: [['host', 'h']] as [string, string][] }
    const signature = (credentials: typeof plain, at: string) =>
      Object.fromEntries(sign(request, credentials, Date.parse(at))).authorization
    const first = signature(plain, '2026-01-01T23:59:59Z')
    assert.notEqual(signature(plain, '2026-01-02T00:00:00Z'), first)
    assert.notEqual(signature({ ...plain, secretAccessKey: 'other' }, '2026-01-01T23:59:59Z'), first)
    assert.equal(signature(plain, '2026-01-01T23:59:59Z'), first)
  })
})
