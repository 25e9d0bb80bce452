import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { afterEach, describe, it } from 'node:test'
import { startProxy } from '../helpers/proxy/proxy-process.ts'
import { run } from '../helpers/proxy/run-program.ts'
import { startS3StandIn } from '../helpers/s3/stand-in/start-s3-stand-in.ts'
import { environmentOf } from '../helpers/stage/environment.ts'

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))

describe('a request to S3', async () => {
  const s3 = await startS3StandIn()
  s3.put('health', { body: 'fine' })
  const env = { ...environmentOf({ s3 }), AWS_S3_HEALTHCHECK_KEY: 'health' }
  afterEach(() => s3.requests.splice(0))

  for (const [command, ask] of [
    ['fetch', () => run(['fetch', 'health'], env)],
    ['fetch --verify', () => run(['fetch', 'health', '--verify'], env)],
    ['check-config --probe', () => run(['check-config', '--probe'], env)],
    [
      'serve',
      async () => {
        const proxy = await startProxy(env)
        await fetch(`${proxy.origin}/health`)
        await proxy.stop()
      },
    ],
  ] as const)
    it(`of ${command} tells who asks`, async (t) => {
      if (command === 'serve') t.after(() => s3.close())
      await ask()
      assert.ok(s3.requests.length > 0)
      for (const { headers } of s3.requests) {
        assert.equal(headers['user-agent'], `s3proxy/${version}`)
        assert.doesNotMatch(headers.authorization ?? '', /user-agent/)
      }
    })
})
