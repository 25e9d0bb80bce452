import assert from 'node:assert/strict'
import { describe } from 'node:test'
import type { ListPage } from '../../src/object/object-list.ts'
import { type BucketClient, createBucketClient, type ListQuestion } from '../helpers/clients/bucket-client.ts'
import type { Suite } from './suite.ts'

const oddKeys = [
  'with space.txt',
  'plus+sign.txt',
  'percent%2Fescape%.txt',
  'ünïcode-日本-🎈.txt',
  "!'()*;:@&=$,~.txt",
  '<b>&amp;"\\.txt',
  'tab\tand\nnewline\r.txt',
  'control\u0001\u001f.txt',
  'double//slash.txt',
  'trailing-slash/',
]

/** Lists as s3proxy asks for them and reads them. */
export function describeLists({ behaves, server }: Suite): void {
  describe('lists', () => {
    const withBucket = async <T>(
      use: (bucket: BucketClient) => Promise<T>,
      endpointPrefix = '',
      secretAccessKey = server().secretAccessKey,
    ) => {
      const endpoint = `${server().origin}/${server().bucket}/${endpointPrefix}`
      const bucket = createBucketClient({ after() {} }, { ...server(), endpoint, secretAccessKey })
      try {
        return await use(bucket)
      } finally {
        bucket.pool.close()
      }
    }
    const list = (question: ListQuestion, endpointPrefix?: string) =>
      withBucket((bucket) => bucket.list(question), endpointPrefix)
    const put = async (...keys: string[]) => {
      for (const key of keys) await server().put(key, `of ${key.length}`)
    }
    const tree = async (root: string) => {
      const below = ['a', 'b/1', 'b/2', 'b/c/3', 'c', 'd/4', 'ü/5'].map((key) => `${root}/${key}`)
      await put(...below, `${root}2/other`)
    }

    for (const [index, name] of oddKeys.entries()) {
      behaves(`lists ${JSON.stringify(name)}`, async () => {
        const key = `odd ${index}/${name}`
        await put(key)
        assert.deepEqual(keysOf(await list({ prefix: `odd ${index}/` })), [key])
        assert.deepEqual(keysOf(await list({ prefix: key })), [key])
      })
    }

    behaves('lists a key that begins with a slash', async () => {
      await put('/led by a slash.txt')
      assert.deepEqual(keysOf(await list({ prefix: '/led' })), ['/led by a slash.txt'])
    })

    behaves('tells size, ETag, time and class of each object', async () => {
      await put('told/a')
      const [told, ...others] = (await list({ prefix: 'told/' })).objects
      assert.deepEqual(others, [])
      assert.equal(told?.sizeBytes, 4)
      assert.match(String(told?.etag), /^"[0-9a-f]{32}"$/)
      assert.ok(Math.abs(Number(told?.lastModified) - Date.now()) < 60_000)
      assert.equal(told?.storageClass, 'STANDARD')
    })

    behaves('lists all keys below a prefix, in the order of their bytes', async () => {
      await tree('tree')
      assert.deepEqual(keysOf(await list({ prefix: 'tree/' })), [
        ...['tree/a', 'tree/b/1', 'tree/b/2', 'tree/b/c/3', 'tree/c', 'tree/d/4', 'tree/ü/5'],
      ])
    })

    behaves('lists one level, with what lies below as one entry', async () => {
      await tree('level')
      const page = await list({ prefix: 'level/', delimiter: '/' })
      assert.deepEqual(keysOf(page), ['level/a', 'level/c'])
      assert.deepEqual(page.prefixes, ['level/b/', 'level/d/', 'level/ü/'])
      assert.deepEqual([page.unnamable, page.next], [0, undefined])
    })

    for (const [what, delimiter] of [
      ['all keys', undefined],
      ['one level', '/'],
    ] as const) {
      behaves(`gives ${what} page by page, each entry once`, async () => {
        await tree('paged')
        const question: ListQuestion = { prefix: 'paged/', ...(delimiter && { delimiter }) }
        const whole = await list(question)
        await withBucket(async (bucket) => {
          const names: string[] = []
          let page = await bucket.list({ ...question, limit: 2 })
          for (;;) {
            const own = namesOf(page)
            assert.ok(own.length <= 2)
            names.push(...own)
            if (page.next === undefined) break
            page = await bucket.list({ ...question, limit: 2, token: page.next })
          }
          assert.deepEqual(names.sort(), namesOf(whole).sort())
        })
      })
    }

    behaves('lists what stands behind a key', async () => {
      await tree('behind')
      const page = await list({ prefix: 'behind/', after: 'behind/b/c/3' })
      assert.deepEqual(keysOf(page), ['behind/c', 'behind/d/4', 'behind/ü/5'])
    })

    behaves('lists nothing where nothing is', async () => {
      assert.deepEqual(await list({ prefix: 'no such folder/', delimiter: '/' }), {
        ...{ objects: [], prefixes: [], unnamable: 0, next: undefined },
      })
    })

    behaves('knows no more than the prefix of the endpoint', async () => {
      await tree('endpoint + ü')
      const prefix = `${encodeURIComponent('endpoint + ü')}/`
      const level = await list({ delimiter: '/' }, prefix)
      assert.deepEqual(namesOf(level), ['a', 'c', 'b/', 'd/', 'ü/'])
      assert.deepEqual(keysOf(await list({ prefix: 'b/', after: 'b/1' }, prefix)), ['b/2', 'b/c/3'])
    })

    behaves('gives a thousand entries and the rest on another page', async () => {
      const keys = Array.from({ length: 1003 }, (_, index) => `many/${String(index).padStart(4, '0')}`)
      for (let at = 0; at < keys.length; at += 32)
        await Promise.all(keys.slice(at, at + 32).map((key) => server().put(key, '')))
      await withBucket(async (bucket) => {
        const first = await bucket.list({ prefix: 'many/' })
        assert.deepEqual(keysOf(first), keys.slice(0, 1000))
        assert.ok(first.next)
        const rest = await bucket.list({ prefix: 'many/', token: first.next })
        assert.deepEqual(keysOf(rest), keys.slice(1000))
        assert.equal(rest.next, undefined)
      })
    })

    behaves('says that the credentials are wrong', async () => {
      const listed = withBucket((bucket) => bucket.list(), '', 'wrong')
      await assert.rejects(listed, { code: 'S3_CREDENTIALS', message: /SignatureDoesNotMatch/ })
    })
  })
}

function keysOf({ objects }: ListPage): string[] {
  return objects.map(({ key }) => key)
}

function namesOf(page: ListPage): string[] {
  return [...keysOf(page), ...page.prefixes]
}
