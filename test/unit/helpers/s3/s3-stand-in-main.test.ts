import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { emptyFolder } from '../../../helpers/config/file-with.ts'

const program = fileURLToPath(new URL('../../../helpers/s3/stand-in/main.ts', import.meta.url))

describe('the stand-in as a process', { timeout: 60_000 }, () => {
  it('serves a folder and a list of objects, and ends on SIGTERM', async (t) => {
    const folder = emptyFolder(t)
    mkdirSync(join(folder, 'objects', 'sub'), { recursive: true })
    writeFileSync(join(folder, 'objects', 'sub', 'page.html'), '<p>page</p>')
    const objects = [
      { key: 'a b', text: 'spec', contentType: 'text/plain' },
      { key: 'big', sizeBytes: 100, seed: 2 },
    ]
    writeFileSync(join(folder, 'spec.json'), JSON.stringify({ options: { region: 'eu-west-1' }, objects }))
    const sources = ['--dir', join(folder, 'objects'), '--spec', join(folder, 'spec.json')]
    const child = spawn(process.execPath, ['--import', 'tsx', program, '--port', '0', ...sources], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    t.after(() => child.kill('SIGKILL'))
    const exited = once(child, 'exit')
    const [line] = await once(createInterface({ input: child.stdout }), 'line')
    const { origin, bucket, region, accessKeyId, secretAccessKey } = JSON.parse(line)
    assert.equal(region, 'eu-west-1')
    const client = new S3Client({
      ...{ region, endpoint: origin, forcePathStyle: true },
      credentials: { accessKeyId, secretAccessKey },
    })
    const read = async (Key: string) => {
      const answer = await client.send(new GetObjectCommand({ Bucket: bucket, Key }))
      return [answer.ContentType, await answer.Body?.transformToString()]
    }
    assert.deepEqual(await read('sub/page.html'), ['text/html; charset=utf-8', '<p>page</p>'])
    assert.deepEqual(await read('a b'), ['text/plain', 'spec'])
    client.destroy()
    child.kill('SIGTERM')
    assert.deepEqual(await exited, [0, null])
  })
})
