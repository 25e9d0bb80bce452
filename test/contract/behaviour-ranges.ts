import assert from 'node:assert/strict'
import { describe } from 'node:test'
import { GetObjectCommand } from '@aws-sdk/client-s3'
import type { Suite } from './suite.ts'

export function describeRanges({ behaves, client, send, server }: Suite): void {
  const getRange = async (range: string, method = 'GET') => {
    await server().put('digits', '0123456789')
    return await send({ method, rawKey: 'digits', headers: { range } })
  }
  const getEmptyRange = async (range: string) => {
    await server().put('no-digits', '')
    return await send({ rawKey: 'no-digits', headers: { range } })
  }

  describe('Range', () => {
    const parts: [range: string, text: string, contentRange: string][] = [
      ['bytes=0-', '0123456789', 'bytes 0-9/10'],
      ['bytes=0-0', '0', 'bytes 0-0/10'],
      ['bytes=2-5', '2345', 'bytes 2-5/10'],
      ['bytes=9-9', '9', 'bytes 9-9/10'],
      ['bytes=7-', '789', 'bytes 7-9/10'],
      ['bytes=7-99', '789', 'bytes 7-9/10'],
      ['bytes=-3', '789', 'bytes 7-9/10'],
      ['bytes=-99', '0123456789', 'bytes 0-9/10'],
    ]
    for (const [range, text, contentRange] of parts) {
      behaves(`${range} of ten bytes is 206 with ${contentRange}`, async () => {
        const answer = await getRange(range)
        assert.equal(answer.status, 206)
        assert.equal(answer.body.toString(), text)
        assert.equal(answer.headers['content-range'], contentRange)
        assert.equal(answer.headers['content-length'], String(text.length))
      })
    }

    for (const range of ['bytes=10-', 'bytes=10-20', 'bytes=-0']) {
      behaves(`${range} of ten bytes is 416 InvalidRange`, async () => {
        const answer = await getRange(range)
        assert.equal(answer.status, 416)
        assert.match(answer.body.toString(), /<Code>InvalidRange<\/Code>/)
      })
    }

    for (const range of ['bytes=5-2', 'bytes=a-b', 'bytes=-', 'bytes=1', 'pages=1-2', 'bytes=0-1,3-4']) {
      behaves(`${range} is ignored`, async () => {
        const answer = await getRange(range)
        assert.equal(answer.status, 200)
        assert.equal(answer.body.toString(), '0123456789')
        assert.equal(answer.headers['content-range'], undefined)
      })
    }

    for (const range of ['bytes=0-', 'bytes=0-0', 'bytes=-0']) {
      behaves(`${range} of an object without bytes is 416`, async () => {
        assert.equal((await getEmptyRange(range)).status, 416)
      })
    }

    behaves('bytes=-1 of an object without bytes is 200', async () => {
      const answer = await getEmptyRange('bytes=-1')
      assert.equal(answer.status, 200)
      assert.equal(answer.headers['content-length'], '0')
    })

    behaves('the 416 tells the range and the size in its XML', async () => {
      const xml = (await getRange('bytes=10-')).body.toString()
      assert.match(xml, /<RangeRequested>bytes=10-<\/RangeRequested>/)
      assert.match(xml, /<ActualObjectSize>10<\/ActualObjectSize>/)
    })

    behaves('HEAD with a range is 206 with the length of the part', async () => {
      const answer = await getRange('bytes=2-5', 'HEAD')
      assert.equal(answer.status, 206)
      assert.equal(answer.headers['content-length'], '4')
      assert.equal(answer.headers['content-range'], 'bytes 2-5/10')
      assert.equal(answer.body.length, 0)
    })

    behaves('the SDK reads a part', async () => {
      await server().put('digits', '0123456789')
      const answer = await client().send(
        new GetObjectCommand({ Bucket: server().bucket, Key: 'digits', Range: 'bytes=4-6' }),
      )
      assert.equal(await answer.Body?.transformToString(), '456')
      assert.equal(answer.ContentRange, 'bytes 4-6/10')
    })
  })
}
