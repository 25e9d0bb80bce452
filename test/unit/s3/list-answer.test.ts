import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseListAnswer } from '../../../src/s3/list-answer.ts'

const head = '<Name>bucket</Name><KeyCount>1</KeyCount><MaxKeys>1000</MaxKeys>'
const last = '<IsTruncated>false</IsTruncated>'
const object = (key: string, more = '<ETag>&quot;a&quot;</ETag><StorageClass>GLACIER</StorageClass>') =>
  `<Contents><Key>${key}</Key><LastModified>2026-02-03T04:05:06.789Z</LastModified>${more}<Size>5</Size></Contents>`
const parse = (inner: string) =>
  parseListAnswer(
    Buffer.from(
      `<?xml version="1.0" encoding="UTF-8"?>\n<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${head}${inner}</ListBucketResult>`,
    ),
  )

describe('parseListAnswer', () => {
  it('reads objects and what their keys have in common', () => {
    const page = parse(
      `<EncodingType>url</EncodingType>${last}${object('a/b+%2B%25%C3%BC%01')}<CommonPrefixes><Prefix>a+b/</Prefix></CommonPrefixes><CommonPrefixes><Prefix>%2F</Prefix></CommonPrefixes>`,
    )
    assert.deepEqual(page, {
      objects: [
        {
          key: 'a/b +%ü\u0001',
          sizeBytes: 5,
          lastModified: new Date('2026-02-03T04:05:06.789Z'),
          etag: '"a"',
          storageClass: 'GLACIER',
        },
      ],
      commonPrefixes: ['a b/', '/'],
      nextToken: undefined,
    })
  })

  it('reads keys as they are where the store does not encode them', () => {
    for (const encoding of ['', '<EncodingType></EncodingType>', '<EncodingType/>'])
      assert.equal(parse(encoding + last + object('a+b%20&amp;')).objects[0]?.key, 'a+b%20&')
  })

  it('knows where the next page begins', () => {
    const next = '<NextContinuationToken>1/a+b==</NextContinuationToken>'
    assert.equal(parse(`<IsTruncated>true</IsTruncated>${next}`).nextToken, '1/a+b==')
    assert.equal(parse(last + next).nextToken, undefined)
  })

  it('does without what not every store tells', () => {
    const [only] = parse(last + object('a', '<ETag></ETag>')).objects
    assert.deepEqual([only?.etag, only?.storageClass], [undefined, undefined])
  })

  for (const [what, inner] of [
    ['a list without an end', object('a')],
    ['a list that goes on nowhere', '<IsTruncated>true</IsTruncated>'],
    ['a list that may go on', '<IsTruncated>perhaps</IsTruncated>'],
    ['an object without a key', last + object('a').replace(/<Key>.*<\/Key>/, '')],
    ['an object without a size', last + object('a').replace(/<Size>.*<\/Size>/, '')],
    ['a size that is no number', last + object('a').replace('5</Size>', '-5</Size>')],
    ['a time that is none', last + object('a').replace(/2026-02-03/, 'yesterday')],
    ['a key with a broken escape', `<EncodingType>url</EncodingType>${last}${object('a%2')}`],
    ['a key that is no UTF-8', `<EncodingType>url</EncodingType>${last}${object('a%FF')}`],
    ['keys in an unknown coding', `<EncodingType>base64</EncodingType>${last}`],
    ['an empty common prefix', `${last}<CommonPrefixes></CommonPrefixes>`],
  ] as [string, string][]) {
    it(`refuses ${what}`, () => {
      assert.throws(() => parse(inner), { failure: 'garbage' })
    })
  }

  for (const [what, bytes] of [
    ['an error', '<Error><Code>InternalError</Code></Error>'],
    ['a page', '<html><body>hello</body></html>'],
    ['nothing', ''],
  ] as [string, string][]) {
    it(`refuses ${what}`, () => {
      assert.throws(() => parseListAnswer(Buffer.from(bytes)), { failure: 'garbage' })
    })
  }

  it('refuses bytes that are no UTF-8', () => {
    assert.throws(() => parseListAnswer(Buffer.from('<ListBucketResult>\xff</ListBucketResult>', 'latin1')), {
      failure: 'garbage',
      message: /UTF-8/,
    })
  })
})
