import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createNameSources, nameSources } from '../../../src/config/name-sources.ts'
import { largerOptions } from './larger-schema.ts'

describe('nameSources', () => {
  const keys = 's3.accessKeyId and s3.secretAccessKey (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY)'
  for (const [what, text, sources, expected] of [
    [
      'another variable',
      'check s3.region (AWS_S3_REGION): no',
      { 's3.region': 'AWS_REGION' },
      'check s3.region (AWS_REGION): no',
    ],
    [
      'one of .env',
      'check sso.url (SSO_URL)',
      { 'sso.url': 'S3PROXY_SSO_URL in .env' },
      'check sso.url (S3PROXY_SSO_URL in .env)',
    ],
    [
      'one of several',
      'check session.redisUrl (VCAP_SERVICES, REDIS_URL), the network',
      { 'session.redisUrl': 'REDIS_ENDPOINT' },
      'check session.redisUrl (REDIS_ENDPOINT), the network',
    ],
    [
      'the file',
      `check ${keys}, or the role`,
      { 's3.accessKeyId': 'a.json', 's3.secretAccessKey': 'a.json' },
      'check s3.accessKeyId and s3.secretAccessKey (a.json), or the role',
    ],
    [
      'two variables',
      `check ${keys}`,
      { 's3.accessKeyId': 'S3PROXY_S3_ACCESS_KEY_ID', 's3.secretAccessKey': '--set' },
      'check s3.accessKeyId and s3.secretAccessKey (S3PROXY_S3_ACCESS_KEY_ID, --set)',
    ],
    [
      'the bucket that an endpoint was made of',
      'check the bucket in s3.endpoint (AWS_S3_ENDPOINT) and s3.endpoint',
      { 's3.endpoint': 's3.bucket', 's3.bucket': 'AWS_S3_BUCKET' },
      'check the bucket in s3.bucket (AWS_S3_BUCKET) and s3.bucket (AWS_S3_BUCKET)',
    ],
    [
      'the bucket and the root URL that an endpoint was made of',
      'check s3.endpoint (AWS_S3_ENDPOINT)',
      { 's3.endpoint': 's3.bucket', 's3.bucket': 'AWS_S3_BUCKET', 's3.endpointUrl': 'S3_ENDPOINT_URL' },
      'check s3.bucket and s3.endpointUrl (AWS_S3_BUCKET, S3_ENDPOINT_URL)',
    ],
    [
      'an option in parentheses',
      'no SSO (sso.url): gone',
      { 'sso.url': 'SSO_URL' },
      'no SSO (sso.url, SSO_URL): gone',
    ],
    [
      'the URL of the SSO that this server uses, too',
      'check sso.url (SSO_URL)',
      { 'sso.url': 'SSO_URL', 'sso.internalUrl': 'SSO_URL_INTERNAL' },
      'check sso.url and sso.internalUrl (SSO_URL, SSO_URL_INTERNAL)',
    ],
    [
      'the addresses of the SSO that were given',
      'check sso.url (SSO_URL)',
      { 'sso.url': 'SSO_URL', 'sso.tokenUrl': 'a.json', 'sso.identityUrl': 'default' },
      'check sso.url and sso.tokenUrl (SSO_URL, a.json)',
    ],
    [
      'those alone, where there is no URL of the SSO',
      'no SSO (sso.url): gone',
      { 'sso.authorizeUrl': 'a.json', 'sso.tokenUrl': 'a.json', 'sso.identityUrl': 'a.json' },
      'no SSO (sso.authorizeUrl and sso.tokenUrl and sso.identityUrl, a.json): gone',
    ],
    [
      'the port, whose variable stands in the same parentheses',
      'cannot listen (server.port, PORT): taken',
      { 'server.port': '--port' },
      'cannot listen (server.port, --port): taken',
    ],
    [
      'nothing for a default',
      'too slow (sso.timeoutMs)',
      { 'sso.timeoutMs': 'default' },
      'too slow (sso.timeoutMs)',
    ],
    ['nothing where nothing is set', 'set s3.region (AWS_S3_REGION)', {}, 'set s3.region (AWS_S3_REGION)'],
    [
      'nothing for what is only mentioned',
      'as s3.region says',
      { 's3.region': 'AWS_REGION' },
      'as s3.region says',
    ],
    [
      'nothing for a host name',
      'no host s3.example.com (AWS)',
      { 's3.region': 'A' },
      'no host s3.example.com (AWS)',
    ],
  ] as [string, string, Record<string, string>, string][]) {
    it(`names ${what}`, () => {
      assert.equal(nameSources(text, sources), expected)
    })
  }
})

describe('createNameSources', () => {
  const nameLarger = createNameSources(largerOptions)
  for (const [what, text, sources, expected] of [
    [
      'the file of an option of a section that has a name',
      'check shelves.docs-1.region (AWS_S3_REGION), or (shelves.docs-1.path)',
      { 'shelves.docs-1.region': 'a.json', 'shelves.docs-1.path': 'b.json' },
      'check shelves.docs-1.region (a.json), or (shelves.docs-1.path, b.json)',
    ],
    [
      'the option that one inherits from, with its own source',
      'no bucket (shelves.docs.region)',
      { 'shelves.docs.region': 's3.region', 's3.region': 'AWS_REGION' },
      'no bucket (s3.region, AWS_REGION)',
    ],
    [
      'what an endpoint was made of, and one part of it inherited',
      'check mounts.one.endpoint',
      {
        'mounts.one.endpoint': 'mounts.one.bucket',
        'mounts.one.bucket': 'a.json',
        'mounts.one.endpointUrl': 's3.endpointUrl',
        's3.endpointUrl': 'S3_ENDPOINT_URL',
      },
      'check mounts.one.bucket and s3.endpointUrl (a.json, S3_ENDPOINT_URL)',
    ],
    [
      'what the endpoint was made of that one inherits',
      'check shelves.docs.endpoint (AWS_S3_ENDPOINT)',
      { 'shelves.docs.endpoint': 's3.endpoint', 's3.endpoint': 's3.bucket', 's3.bucket': 'AWS_S3_BUCKET' },
      'check s3.bucket (AWS_S3_BUCKET)',
    ],
    [
      'a list of objects',
      'no rule (rights.rules)',
      { 'rights.rules': 'a.json' },
      'no rule (rights.rules, a.json)',
    ],
    [
      'nothing for a section without option',
      'no (shelves.docs)',
      { 'shelves.docs': 'a' },
      'no (shelves.docs)',
    ],
  ] as [string, string, Record<string, string>, string][])
    it(`names ${what}`, () => {
      assert.equal(nameLarger(text, sources), expected)
    })

  it('leaves names of sections alone that the schema does not have', () => {
    assert.equal(
      nameSources('(shelves.docs.region)', { 'shelves.docs.region': 'a' }),
      '(shelves.docs.region)',
    )
  })
})
