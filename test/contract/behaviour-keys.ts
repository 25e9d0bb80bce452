import assert from 'node:assert/strict'
import { describe } from 'node:test'
import { GetObjectCommand } from '@aws-sdk/client-s3'
import type { Suite } from './suite.ts'

const keys = [
  'a/b/c.txt',
  'with space.txt',
  'plus+sign.txt',
  'percent%.txt',
  'percent%2Fescape.txt',
  'double%252Fescape.txt',
  'ünïcode-日本-🎈.txt',
  "!'()*;:@&=$,.txt",
  'question?mark#hash.txt',
  'back\\slash.txt',
  '~tilde-_.txt',
  'double//slash.txt',
  'trailing-slash/',
  '/leading-slash.txt',
  `long/${'x'.repeat(200)}/${'y'.repeat(200)}/${'z'.repeat(200)}`,
]

export function describeKeys({ behaves, client, send, server }: Suite): void {
  describe('keys', () => {
    for (const key of keys) {
      behaves(`${JSON.stringify(key.slice(0, 40))} names that object and no other`, async () => {
        await server().put(key, `object ${key}`)
        const rawKey = encodeKey(key)
        const raw = await send({ rawKey })
        assert.equal(raw.status, 200)
        assert.equal(raw.body.toString(), `object ${key}`)
        const answer = await client().send(new GetObjectCommand({ Bucket: server().bucket, Key: key }))
        assert.equal(await answer.Body?.transformToString(), `object ${key}`)
      })
    }

    behaves('a bare plus sign in the path is a space', async () => {
      await server().put('a space.txt', 'space')
      const answer = await send({ rawKey: 'a%20space.txt', sentKey: 'a+space.txt' })
      assert.equal(answer.status, 200)
      assert.equal(answer.body.toString(), 'space')
    })

    behaves('a path is signed in its canonical spelling, however it is sent', async () => {
      await server().put('semi;colon (1).txt', 'semicolon')
      const rawKey = 'semi%3Bcolon%20%281%29.txt'
      const other = await send({ rawKey, sentKey: 'semi;colon%20(1).txt' })
      assert.equal(other.status, 200)
      assert.equal(other.body.toString(), 'semicolon')
    })

    behaves('a key of more than 1024 bytes is 400 KeyTooLongError', async () => {
      const answer = await send({ rawKey: 'k'.repeat(1025) })
      assert.equal(answer.status, 400)
      assert.match(answer.body.toString(), /<Code>KeyTooLongError<\/Code>/)
    })

    behaves('the bucket can stand in the host', async () => {
      await server().put('hosted/a b.txt', 'hosted')
      const virtualHost = `${server().bucket}.${server().virtualDomain}`
      const answer = await send({ rawKey: 'hosted/a%20b.txt', virtualHost })
      assert.equal(answer.status, 200)
      assert.equal(answer.body.toString(), 'hosted')
    })
  })
}

/** Spells a key as it is signed. */
function encodeKey(key: string): string {
  return encodeURIComponent(key)
    .replaceAll('%2F', '/')
    .replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
}
